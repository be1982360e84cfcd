// A network of the living page in TensorFlow.js, from the same facts and weights, in two ways: as a model of its
// layers, which is how a Keras model is used there, and by its operations called directly, the fastest it has.
/* global tf */

const scaled = (pixels) => tf.sub(tf.div(tf.tensor(pixels, [1, 32, 32, 3]), 127.5), 1);

/** As a model of layers; returns what computes the ten probabilities of a picture, 0 to 255. */
function ofLayers(steps, weights) {
  const layers = {
    conv: (step) =>
      tf.layers.conv2d({
        filters: step.shape[2],
        kernelSize: step.size,
        strides: step.stride,
        padding: step.same ? "same" : "valid",
      }),
    norm: (step) => tf.layers.batchNormalization({ epsilon: step.epsilon }),
    function: () => tf.layers.activation({ activation: "relu" }),
    add: () => tf.layers.add(),
    max: (step) => tf.layers.maxPooling2d({ poolSize: step.size, strides: step.stride }),
    copy: () => tf.layers.flatten(),
    dense: (step) => tf.layers.dense({ units: step.shape[0] }),
    softmax: () => tf.layers.activation({ activation: "softmax" }),
  };
  const parts = { conv: ["kernel", "bias"], dense: ["kernel", "bias"] };
  parts.norm = ["gamma", "beta", "moving_mean", "moving_variance"];
  const found = new Map();
  for (const step of steps) {
    if (step.op === "input") {
      found.set(step.name, tf.input({ shape: step.shape }));
      continue;
    }
    const layer = layers[step.op](step);
    const inputs = step.inputs.map((name) => found.get(name));
    found.set(step.name, layer.apply(inputs.length > 1 ? inputs : inputs[0]));
    const values = (parts[step.op] ?? []).map((part) => weights[`${step.name}/${part}`]);
    layer.setWeights(values.map((one) => tf.tensor(one.values, one.shape)));
  }
  const model = tf.model({ inputs: found.get(steps[0].name), outputs: found.get(steps.at(-1).name) });
  return (pixels) => tf.tidy(() => model.predict(scaled(pixels)).dataSync());
}

/** By operations, convolution and bias fused into one; returns what computes the probabilities. */
function ofOperations(steps, weights) {
  const constants = new Map();
  for (const [name, { values, shape }] of Object.entries(weights)) constants.set(name, tf.tensor(values, shape));
  const named = (step, part) => constants.get(`${step.name}/${part}`);
  const operations = {
    conv: (step, [x]) =>
      tf.fused.conv2d({
        x,
        filter: named(step, "kernel"),
        strides: step.stride,
        pad: step.same ? "same" : "valid",
        bias: named(step, "bias"),
      }),
    norm: (step, [x]) => {
      const parts = ["moving_mean", "moving_variance", "beta", "gamma"].map((part) => named(step, part));
      return tf.batchNorm(x, ...parts, step.epsilon);
    },
    function: (_, [x]) => tf.relu(x),
    add: (_, [x, y]) => tf.add(x, y),
    max: (step, [x]) => tf.maxPool(x, step.size, step.stride, "valid"),
    copy: (step, [x]) => x.reshape([1, ...step.shape]),
    dense: (step, [x]) => tf.add(tf.matMul(x, named(step, "kernel")), named(step, "bias")),
    softmax: (_, [x]) => tf.softmax(x),
  };
  return (pixels) =>
    tf.tidy(() => {
      const found = new Map();
      for (const step of steps) {
        const inputs = step.inputs.map((name) => found.get(name));
        found.set(step.name, step.op === "input" ? scaled(pixels) : operations[step.op](step, inputs));
      }
      return found.get(steps.at(-1).name).dataSync();
    });
}

/** Get ready; returns the name of the backend with what it may use. */
async function start() {
  tf.wasm.setWasmPaths("/");
  await tf.setBackend("wasm");
  await tf.ready();
  const flags = ["WASM_HAS_SIMD_SUPPORT", "WASM_HAS_MULTITHREAD_SUPPORT"];
  const [simd, threads] = await Promise.all(flags.map((flag) => tf.env().getAsync(flag)));
  return `${tf.getBackend()}, SIMD ${simd ? "on" : "off"}, threads ${threads ? "on" : "off"}`;
}

/** The milliseconds of one pass, of so many in a row, because a browser's clock is coarse. */
function milliseconds(network, pixels, passes) {
  network(pixels);
  const started = performance.now();
  for (let i = 0; i < passes; i++) network(pixels);
  return (performance.now() - started) / passes;
}

Object.assign(globalThis, { ofLayers, ofOperations, start, milliseconds });
