/* What the text of tsvc.counted calls: arithmetic that counts, and elements that remember who touched them. */
#include <math.h>
#include <stdint.h>
/* steep: 0 for a constant, else 1 + the multiplications that must precede it. */
struct tsvc_real { double value; uint32_t steep; };
static char *tsvc_base;
static uint64_t tsvc_count;
/* For each element of the arrays: bit 0 read before written, bit 1 written, above them its steepness. */
static uint32_t *tsvc_shadow;
static int64_t tsvc_read, tsvc_written, tsvc_operations;
static uint32_t tsvc_steepest;

static inline struct tsvc_real tsvc_constant(double value) { return (struct tsvc_real){value, 0}; }
static inline struct tsvc_real tsvc_as_float(struct tsvc_real x) { x.value = (float)x.value; return x; }
static inline struct tsvc_real tsvc_as_double(struct tsvc_real x) { return x; }
static inline struct tsvc_real tsvc_negate(struct tsvc_real x) { x.value = -x.value; return x; }
static inline struct tsvc_real tsvc_apply(double (*f)(double), struct tsvc_real x)
{
    tsvc_operations++;
    x.value = f(x.value);
    return x;
}
static inline struct tsvc_real tsvc_abs(struct tsvc_real x) { x.value = fabs(x.value); return x; }

static inline struct tsvc_real tsvc_sum(double value, struct tsvc_real x, struct tsvc_real y)
{
    tsvc_operations++;
    uint32_t steep = x.steep > y.steep ? x.steep : y.steep;
    return (struct tsvc_real){value, value == 0 || !isfinite(value) ? 0 : steep};
}
static inline struct tsvc_real tsvc_product(double value, struct tsvc_real x, struct tsvc_real y)
{
    tsvc_operations++;
    uint32_t steep = x.steep > y.steep ? x.steep : y.steep;
    if (value == 0 || !isfinite(value))
        steep = 0;
    else if (x.steep && x.steep == y.steep && fabs(x.value) != 1 && fabs(y.value) != 1)
        steep++;
    return (struct tsvc_real){value, steep};
}
#define TSVC_ARITHMETIC(kind) \
    static inline struct tsvc_real tsvc_add_##kind(struct tsvc_real x, struct tsvc_real y) \
    { return tsvc_sum((kind)(x.value + y.value), x, y); } \
    static inline struct tsvc_real tsvc_subtract_##kind(struct tsvc_real x, struct tsvc_real y) \
    { return tsvc_sum((kind)(x.value - y.value), x, y); } \
    static inline struct tsvc_real tsvc_multiply_##kind(struct tsvc_real x, struct tsvc_real y) \
    { return tsvc_product((kind)(x.value * y.value), x, y); } \
    static inline struct tsvc_real tsvc_divide_##kind(struct tsvc_real x, struct tsvc_real y) \
    { return tsvc_product((kind)(x.value / y.value), x, y); }
TSVC_ARITHMETIC(float)
TSVC_ARITHMETIC(double)

static inline uint32_t *tsvc_word(const volatile void *place)
{
    uint64_t index = (uint64_t)((char *)place - tsvc_base) >> 2;
    return index < tsvc_count ? &tsvc_shadow[index] : 0;
}
static inline uint32_t tsvc_reads(const volatile void *place)
{
    uint32_t *word = tsvc_word(place);
    if (!word)
        return 0;
    if (!(*word & 3)) {
        tsvc_read++;
        *word |= 1;
    }
    return *word & 2 ? *word >> 2 : 1;
}
static inline void tsvc_writes(const volatile void *place, uint32_t steep)
{
    uint32_t *word = tsvc_word(place);
    if (!word)
        return;
    if (!(*word & 2))
        tsvc_written++;
    *word = (*word & 1) | 2 | (steep << 2);
    if (steep > tsvc_steepest)
        tsvc_steepest = steep;
}
/* Sectors of 32 bytes, from the first element on, that have an element with this bit. */
static int64_t tsvc_sectors(uint32_t bit)
{
    int64_t sectors = 0;
    for (uint64_t first = 0; first < tsvc_count; first += 8) {
        uint32_t any = 0;
        for (uint64_t index = first; index < first + 8 && index < tsvc_count; index++)
            any |= tsvc_shadow[index];
        sectors += (any & bit) != 0;
    }
    return sectors;
}
#define TSVC_ELEMENTS(kind) \
    static inline struct tsvc_real tsvc_load_##kind(const kind *place) \
    { return (struct tsvc_real){*place, tsvc_reads(place)}; } \
    static inline struct tsvc_real tsvc_store_##kind(kind *place, struct tsvc_real x) \
    { tsvc_writes(place, x.steep); *place = x.value; return tsvc_as_##kind(x); }
TSVC_ELEMENTS(float)
TSVC_ELEMENTS(double)
