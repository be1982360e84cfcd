declare module "*.wat" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

declare module "*.wat?fused" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
