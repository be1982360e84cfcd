// The most that a processor can multiply and add: independent chains of fused multiply-adds that touch no memory, on
// as many threads as there are processors. bench/peak.py compiles it for the machine it runs on; nothing of it is shipped.
//
//   peak SECONDS THREADS    prints a line for each kind that the processor has, its name and GFLOP/s over all threads
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#if defined(__AVX2__) || defined(__AVX512F__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

// A product waits about four cycles for the one before it in its chain, and two are begun a cycle: 12 chains never wait.
#define CHAINS 12
#define TURNS 20000

typedef double (*Kind)(void);  // one burst; returns the operations in it

static volatile float sink;  // what is computed is used, or the compiler would leave it out

#if defined(__AVX512F__)
#define LANES 16
typedef __m512 Register;
#define SET(x) _mm512_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm512_fmadd_ps(a, b, c)
#define TAKE(a) _mm512_cvtss_f32(a)
#elif defined(__AVX2__) && defined(__FMA__)
#define LANES 8
typedef __m256 Register;
#define SET(x) _mm256_set1_ps(x)
#define MULTIPLY_ADD(a, b, c) _mm256_fmadd_ps(a, b, c)
#define TAKE(a) _mm256_cvtss_f32(a)
#elif defined(__ARM_NEON)
#define LANES 4
typedef float32x4_t Register;
#define SET(x) vdupq_n_f32(x)
#define MULTIPLY_ADD(a, b, c) vfmaq_f32(c, a, b)
#define TAKE(a) vgetq_lane_f32(a, 0)
#endif

#ifdef LANES
static double float32(void) {
  Register chain[CHAINS], shrink = SET(0.999f), more = SET(0.001f);
  for (int i = 0; i < CHAINS; i++) chain[i] = SET(1.0f + i);
  for (int turn = 0; turn < TURNS; turn++) {
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++) chain[i] = MULTIPLY_ADD(chain[i], shrink, more);
  }
  for (int i = 0; i < CHAINS; i++) sink = TAKE(chain[i]);
  return 2.0 * LANES * CHAINS * TURNS;
}
#endif

#if defined(__AVX512BF16__) && defined(__AVX512F__)
// Each of 16 sums takes two products of bfloat16.
static double bfloat16(void) {
  __m512 chain[CHAINS];
  __m512bh left = _mm512_cvtne2ps_pbh(_mm512_set1_ps(0.5f), _mm512_set1_ps(-0.5f)), right = left;
  for (int i = 0; i < CHAINS; i++) chain[i] = _mm512_set1_ps(1.0f + i);
  for (int turn = 0; turn < TURNS; turn++) {
#pragma GCC unroll 12
    for (int i = 0; i < CHAINS; i++) chain[i] = _mm512_dpbf16_ps(chain[i], left, right);
  }
  for (int i = 0; i < CHAINS; i++) sink = _mm512_cvtss_f32(chain[i]);
  return 2.0 * 32 * CHAINS * TURNS;
}
#endif

#if defined(__AMX_BF16__) && defined(__linux__)
// Matrix tiles of Intel's AMX: one instruction multiplies 16×32 by 32×16 numbers of bfloat16. Linux has to be asked for
// the tiles, once for a process; each thread says what shape they have.
#include <sys/syscall.h>
#include <unistd.h>
#define TILES 1
#define TILE_DATA 18           // the number of the state that a process asks for
#define ASK_FOR_STATE 0x1023   // of arch_prctl(2)

static int have_tiles(void) { return syscall(SYS_arch_prctl, ASK_FOR_STATE, TILE_DATA) == 0; }

static double bfloat16_tiles(void) {
  struct {
    unsigned char palette, first_row, unused[14];
    unsigned short bytes[16];
    unsigned char rows[16];
  } shape = {.palette = 1};
  static const short half[32 * 16];  // zeros are multiplied as fast as anything else
  for (int i = 0; i < 8; i++) shape.bytes[i] = 64, shape.rows[i] = 16;
  _tile_loadconfig(&shape);
  _tile_loadd(6, half, 64);
  _tile_loadd(7, half, 64);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (int turn = 0; turn < TURNS; turn++) {
    _tile_dpbf16ps(0, 6, 7);
    _tile_dpbf16ps(1, 6, 7);
    _tile_dpbf16ps(2, 6, 7);
    _tile_dpbf16ps(3, 6, 7);
    _tile_dpbf16ps(4, 6, 7);
    _tile_dpbf16ps(5, 6, 7);
  }
  float found[16 * 16];
  _tile_stored(0, found, 64);
  sink = found[0];
  _tile_release();
  return 2.0 * 16 * 16 * 32 * 6 * TURNS;
}
#endif

static const struct {
  const char *name;
  Kind burst;
} KINDS[] = {
#ifdef LANES
    {"float32", float32},
#endif
#if defined(__AVX512BF16__) && defined(__AVX512F__)
    {"bfloat16", bfloat16},
#endif
#ifdef TILES
    {"bfloat16-tiles", bfloat16_tiles},
#endif
    {NULL, NULL},
};

static double seconds_to_run;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec + at.tv_nsec * 1e-9;
}

typedef struct {
  Kind burst;
  double operations, seconds;
} Work;

static void *work(void *given) {
  Work *mine = given;
  double started = now();
  do {
    mine->operations += mine->burst();
    mine->seconds = now() - started;
  } while (mine->seconds < seconds_to_run);
  return NULL;
}

int main(int count, char **words) {
  int threads = count == 3 ? atoi(words[2]) : 0;
  seconds_to_run = count == 3 ? atof(words[1]) : 0;
  if (threads < 1 || threads > 1024 || !(seconds_to_run > 0)) {
    fprintf(stderr, "peak SECONDS THREADS: got %d words; give seconds above 0 and 1 to 1024 threads\n", count - 1);
    return 2;
  }
  for (int kind = 0; KINDS[kind].name; kind++) {
#ifdef TILES
    if (KINDS[kind].burst == bfloat16_tiles && !have_tiles()) continue;
#endif
    pthread_t ids[1024];
    static Work works[1024];
    double speed = 0;
    for (int i = 0; i < threads; i++) {
      works[i] = (Work){KINDS[kind].burst, 0, 0};
      if (pthread_create(&ids[i], NULL, work, &works[i])) return perror("pthread_create"), 1;
    }
    for (int i = 0; i < threads; i++) {
      pthread_join(ids[i], NULL);
      speed += works[i].operations / works[i].seconds;
    }
    printf("%s %.3f\n", KINDS[kind].name, speed / 1e9);
  }
  return 0;
}
