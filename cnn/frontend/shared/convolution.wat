;; A convolution with WebAssembly SIMD, for one picture that was padded already. Maps lie row by row, channels last,
;; so that a window's row is one run of numbers. Eight filters at four places are added up at once: two loads of
;; weights and four of values, each value spread over four lanes, give 32 products.
;;
;; Weights lie in blocks of eight filters: [filters / 8][window rows][run][8], the last block filled up with zeros;
;; so do biases and the values of a place. Addresses and distances are in bytes, multiples of 4.
(module
  (memory (export "memory") 1)
  (func (export "convolve")
    (param $in i32) (param $weights i32) (param $bias i32) (param $out i32)
    (param $places i32)  ;; output rows × columns
    (param $columns i32) ;; of the output
    (param $blocks i32)  ;; of eight filters
    (param $size i32)    ;; rows of the window
    (param $run i32)     ;; numbers in a row of the window: size × channels
    (param $down i32)    ;; from a window to the one below
    (param $right i32)   ;; from a window to the next
    (param $gap i32)     ;; from the end of a window's row to the start of its next one
    (param $place i32)   ;; from the output of a place to that of the next
    (local $a0 i32) (local $a1 i32) (local $a2 i32) (local $a3 i32) ;; where the four windows are read
    (local $o0 i32) (local $o1 i32) (local $o2 i32) (local $o3 i32) ;; where their sums go
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128) ;; sums of the first four filters
    (local $t0 v128) (local $t1 v128) (local $t2 v128) (local $t3 v128) ;; and of the other four
    (local $x v128) (local $v v128) (local $w v128)
    (local $p i32) (local $q i32) (local $i i32) (local $k i32) (local $at i32)
    (loop $every_block
      (local.set $p (i32.const 0))
      (loop $every_place
        ;; Places past the last are computed as the last one again.
        (local.set $q (local.get $p))
        (local.set $a0 (call $window (local.get $in) (local.get $q) (local.get $columns) (local.get $down) (local.get $right)))
        (local.set $o0 (i32.add (local.get $out) (i32.mul (local.get $q) (local.get $place))))
        (local.set $q (call $lesser (i32.add (local.get $p) (i32.const 1)) (local.get $places)))
        (local.set $a1 (call $window (local.get $in) (local.get $q) (local.get $columns) (local.get $down) (local.get $right)))
        (local.set $o1 (i32.add (local.get $out) (i32.mul (local.get $q) (local.get $place))))
        (local.set $q (call $lesser (i32.add (local.get $p) (i32.const 2)) (local.get $places)))
        (local.set $a2 (call $window (local.get $in) (local.get $q) (local.get $columns) (local.get $down) (local.get $right)))
        (local.set $o2 (i32.add (local.get $out) (i32.mul (local.get $q) (local.get $place))))
        (local.set $q (call $lesser (i32.add (local.get $p) (i32.const 3)) (local.get $places)))
        (local.set $a3 (call $window (local.get $in) (local.get $q) (local.get $columns) (local.get $down) (local.get $right)))
        (local.set $o3 (i32.add (local.get $out) (i32.mul (local.get $q) (local.get $place))))
        (local.set $s0 (v128.load (local.get $bias)))
        (local.set $t0 (v128.load offset=16 (local.get $bias)))
        (local.set $s1 (local.get $s0)) (local.set $s2 (local.get $s0)) (local.set $s3 (local.get $s0))
        (local.set $t1 (local.get $t0)) (local.set $t2 (local.get $t0)) (local.set $t3 (local.get $t0))
        (local.set $at (local.get $weights))
        (local.set $i (local.get $size))
        (loop $every_row
          (local.set $k (local.get $run))
          (loop $every_value
            (local.set $v (v128.load (local.get $at)))
            (local.set $w (v128.load offset=16 (local.get $at)))
            (local.set $at (i32.add (local.get $at) (i32.const 32)))
            (local.set $x (v128.load32_splat (local.get $a0)))
            (local.set $a0 (i32.add (local.get $a0) (i32.const 4)))
            (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul (local.get $x) (local.get $v))))
            (local.set $t0 (f32x4.add (local.get $t0) (f32x4.mul (local.get $x) (local.get $w))))
            (local.set $x (v128.load32_splat (local.get $a1)))
            (local.set $a1 (i32.add (local.get $a1) (i32.const 4)))
            (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul (local.get $x) (local.get $v))))
            (local.set $t1 (f32x4.add (local.get $t1) (f32x4.mul (local.get $x) (local.get $w))))
            (local.set $x (v128.load32_splat (local.get $a2)))
            (local.set $a2 (i32.add (local.get $a2) (i32.const 4)))
            (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul (local.get $x) (local.get $v))))
            (local.set $t2 (f32x4.add (local.get $t2) (f32x4.mul (local.get $x) (local.get $w))))
            (local.set $x (v128.load32_splat (local.get $a3)))
            (local.set $a3 (i32.add (local.get $a3) (i32.const 4)))
            (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul (local.get $x) (local.get $v))))
            (local.set $t3 (f32x4.add (local.get $t3) (f32x4.mul (local.get $x) (local.get $w))))
            (local.set $k (i32.sub (local.get $k) (i32.const 1)))
            (br_if $every_value (local.get $k)))
          (local.set $a0 (i32.add (local.get $a0) (local.get $gap)))
          (local.set $a1 (i32.add (local.get $a1) (local.get $gap)))
          (local.set $a2 (i32.add (local.get $a2) (local.get $gap)))
          (local.set $a3 (i32.add (local.get $a3) (local.get $gap)))
          (local.set $i (i32.sub (local.get $i) (i32.const 1)))
          (br_if $every_row (local.get $i)))
        (v128.store (local.get $o0) (local.get $s0))
        (v128.store offset=16 (local.get $o0) (local.get $t0))
        (v128.store (local.get $o1) (local.get $s1))
        (v128.store offset=16 (local.get $o1) (local.get $t1))
        (v128.store (local.get $o2) (local.get $s2))
        (v128.store offset=16 (local.get $o2) (local.get $t2))
        (v128.store (local.get $o3) (local.get $s3))
        (v128.store offset=16 (local.get $o3) (local.get $t3))
        (local.set $p (i32.add (local.get $p) (i32.const 4)))
        (br_if $every_place (i32.lt_u (local.get $p) (local.get $places))))
      (local.set $weights (local.get $at))
      (local.set $bias (i32.add (local.get $bias) (i32.const 32)))
      (local.set $out (i32.add (local.get $out) (i32.const 32)))
      (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
      (br_if $every_block (local.get $blocks))))

  ;; The number, or the last place where it is past that.
  (func $lesser (param $number i32) (param $places i32) (result i32)
    (select
      (local.get $number)
      (i32.sub (local.get $places) (i32.const 1))
      (i32.lt_u (local.get $number) (local.get $places))))

  ;; Where the window of a place begins.
  (func $window (param $in i32) (param $q i32) (param $columns i32) (param $down i32) (param $right i32) (result i32)
    (i32.add
      (local.get $in)
      (i32.add
        (i32.mul (i32.div_u (local.get $q) (local.get $columns)) (local.get $down))
        (i32.mul (i32.rem_u (local.get $q) (local.get $columns)) (local.get $right))))))
