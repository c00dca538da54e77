/* category: loop rerolling */
#include "tsvc.h"

/* requires n % 5 == 0 */
void s351(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    real alpha = c[0];
    for (int i = 0; i < n; i += 5) {
        a[i] += alpha * b[i];
        a[i + 1] += alpha * b[i + 1];
        a[i + 2] += alpha * b[i + 2];
        a[i + 3] += alpha * b[i + 3];
        a[i + 4] += alpha * b[i + 4];
    }
}

void s1351(int n, real a[restrict n], const real b[restrict n], const real c[restrict n])
{
    real *pa = a;
    const real *pb = b;
    const real *pc = c;
    for (int i = 0; i < n; i++) {
        *pa = *pb + *pc;
        pa++;
        pb++;
        pc++;
    }
}

/* requires n % 5 == 0
 * init a = 1/(k+1)
 * init b = 1/(k+1)
 */
real s352(int n, const real a[restrict n], const real b[restrict n])
{
    real dot = 0;
    for (int i = 0; i < n; i += 5)
        dot = dot + a[i] * b[i] + a[i + 1] * b[i + 1] + a[i + 2] * b[i + 2] + a[i + 3] * b[i + 3]
              + a[i + 4] * b[i + 4];
    return dot;
}

/* requires n % 5 == 0
 * index ip in 0..n-1
 */
void s353(int n, real a[restrict n], const real b[restrict n], const real c[restrict n], const int ip[restrict n])
{
    real alpha = c[0];
    for (int i = 0; i < n; i += 5) {
        a[i] += alpha * b[ip[i]];
        a[i + 1] += alpha * b[ip[i + 1]];
        a[i + 2] += alpha * b[ip[i + 2]];
        a[i + 3] += alpha * b[ip[i + 3]];
        a[i + 4] += alpha * b[ip[i + 4]];
    }
}
