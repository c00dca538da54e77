/* category: polybench stencils */
/*
 * Stencils, dynamic programming and media kernels of PolyBench/C, written anew from their published definitions.
 */
#include "tsvc.h"

/* requires steps >= 0
 * param steps = 3 in 0..4
 */
void jacobi_1d(int n, int steps, real a[restrict n], real b[restrict n])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < n - 1; i++)
            b[i] = 0.33333f * (a[i - 1] + a[i] + a[i + 1]);
        for (int i = 1; i < n - 1; i++)
            a[i] = 0.33333f * (b[i - 1] + b[i] + b[i + 1]);
    }
}

/* requires steps >= 0
 * param steps = 3 in 0..4
 */
void jacobi_2d(int m, int steps, real a[restrict m][m], real b[restrict m][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < m - 1; i++)
            for (int j = 1; j < m - 1; j++)
                b[i][j] = 0.2f * (a[i][j] + a[i][j - 1] + a[i][j + 1] + a[i + 1][j] + a[i - 1][j]);
        for (int i = 1; i < m - 1; i++)
            for (int j = 1; j < m - 1; j++)
                a[i][j] = 0.2f * (b[i][j] + b[i][j - 1] + b[i][j + 1] + b[i + 1][j] + b[i - 1][j]);
    }
}

/* requires steps >= 0
 * param steps = 3 in 0..4
 */
void seidel_2d(int m, int steps, real a[restrict m][m])
{
    for (int t = 0; t < steps; t++)
        for (int i = 1; i < m - 1; i++)
            for (int j = 1; j < m - 1; j++)
                a[i][j] = (a[i - 1][j - 1] + a[i - 1][j] + a[i - 1][j + 1] + a[i][j - 1] + a[i][j] + a[i][j + 1] +
                           a[i + 1][j - 1] + a[i + 1][j] + a[i + 1][j + 1]) / 9;
}

/* requires steps >= 0
 * param steps = 3 in 0..4
 */
void fdtd_2d(int m, int steps, real ex[restrict m][m], real ey[restrict m][m], real hz[restrict m][m],
             const real fict[restrict m])
{
    for (int t = 0; t < steps; t++) {
        for (int j = 0; j < m; j++)
            ey[0][j] = fict[0];
        for (int i = 1; i < m; i++)
            for (int j = 0; j < m; j++)
                ey[i][j] = ey[i][j] - 0.5f * (hz[i][j] - hz[i - 1][j]);
        for (int i = 0; i < m; i++)
            for (int j = 1; j < m; j++)
                ex[i][j] = ex[i][j] - 0.5f * (hz[i][j] - hz[i][j - 1]);
        for (int i = 0; i < m - 1; i++)
            for (int j = 0; j < m - 1; j++)
                hz[i][j] = hz[i][j] - 0.7f * (ex[i][j + 1] - ex[i][j] + ey[i + 1][j] - ey[i][j]);
    }
}

/* requires steps >= 0
 * param steps = 2 in 0..3
 */
void heat_3d(int m, int steps, real a[restrict m][m][m], real b[restrict m][m][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < m - 1; i++)
            for (int j = 1; j < m - 1; j++)
                for (int k = 1; k < m - 1; k++)
                    b[i][j][k] = 0.125f * (a[i + 1][j][k] - 2 * a[i][j][k] + a[i - 1][j][k]) +
                                 0.125f * (a[i][j + 1][k] - 2 * a[i][j][k] + a[i][j - 1][k]) +
                                 0.125f * (a[i][j][k + 1] - 2 * a[i][j][k] + a[i][j][k - 1]) + a[i][j][k];
        for (int i = 1; i < m - 1; i++)
            for (int j = 1; j < m - 1; j++)
                for (int k = 1; k < m - 1; k++)
                    a[i][j][k] = 0.125f * (b[i + 1][j][k] - 2 * b[i][j][k] + b[i - 1][j][k]) +
                                 0.125f * (b[i][j + 1][k] - 2 * b[i][j][k] + b[i][j - 1][k]) +
                                 0.125f * (b[i][j][k + 1] - 2 * b[i][j][k] + b[i][j][k - 1]) + b[i][j][k];
    }
}

/* requires steps >= 0
 * param steps = 2 in 0..3
 * param a = -0.25 in -0.25..-0.125
 * param b = 1.5 in 1.25..1.5
 * param c = -0.25 in -0.25..-0.125
 * param d = -0.25 in -0.25..-0.125
 * param e = 1.5 in 1.25..1.5
 * param f = -0.25 in -0.25..-0.125
 */
void adi(int m, int steps, real a, real b, real c, real d, real e, real f, real u[restrict m][m],
         real v[restrict m][m], real p[restrict m][m], real q[restrict m][m])
{
    for (int t = 0; t < steps; t++) {
        for (int i = 1; i < m - 1; i++) {
            v[0][i] = 1;
            p[i][0] = 0;
            q[i][0] = v[0][i];
            for (int j = 1; j < m - 1; j++) {
                p[i][j] = -c / (a * p[i][j - 1] + b);
                q[i][j] = (-d * u[j][i - 1] + (1 + 2 * d) * u[j][i] - f * u[j][i + 1] - a * q[i][j - 1]) /
                          (a * p[i][j - 1] + b);
            }
            v[m - 1][i] = 1;
            for (int j = m - 2; j >= 1; j--)
                v[j][i] = p[i][j] * v[j + 1][i] + q[i][j];
        }
        for (int i = 1; i < m - 1; i++) {
            u[i][0] = 1;
            p[i][0] = 0;
            q[i][0] = u[i][0];
            for (int j = 1; j < m - 1; j++) {
                p[i][j] = -f / (d * p[i][j - 1] + e);
                q[i][j] = (-a * v[i - 1][j] + (1 + 2 * a) * v[i][j] - c * v[i + 1][j] - d * q[i][j - 1]) /
                          (d * p[i][j - 1] + e);
            }
            u[i][m - 1] = 1;
            for (int j = m - 2; j >= 1; j--)
                u[i][j] = p[i][j] * u[i][j + 1] + q[i][j];
        }
    }
}

/* Shortest paths between all pairs */
void floyd_warshall(int m, real path[restrict m][m])
{
    for (int k = 0; k < m; k++)
        for (int i = 0; i < m; i++)
            for (int j = 0; j < m; j++)
                path[i][j] = path[i][j] < path[i][k] + path[k][j] ? path[i][j] : path[i][k] + path[k][j];
}

/* Base pairs of an RNA sequence
 * index seq in 0..3
 * index table in 0..0
 */
void nussinov(int m, const int seq[restrict m], int table[restrict m][m])
{
    for (int i = m - 1; i >= 0; i--)
        for (int j = i + 1; j < m; j++) {
            if (table[i][j] < table[i][j - 1])
                table[i][j] = table[i][j - 1];
            if (i + 1 < m) {
                if (table[i][j] < table[i + 1][j])
                    table[i][j] = table[i + 1][j];
                int pair = i < j - 1 ? (seq[i] + seq[j] == 3) : 0;
                if (table[i][j] < table[i + 1][j - 1] + pair)
                    table[i][j] = table[i + 1][j - 1] + pair;
            }
            for (int k = i + 1; k < j; k++)
                if (table[i][j] < table[i][k] + table[k + 1][j])
                    table[i][j] = table[i][k] + table[k + 1][j];
        }
}

/* Recursive edge detection: both passes, the coefficients as parameters */
void deriche(int m, real a1, real a2, real a3, real a4, real b1, real b2, const real image[restrict m][m],
             real out[restrict m][m], real y1[restrict m][m], real y2[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        real ym1 = 0, ym2 = 0, xm1 = 0;
        for (int j = 0; j < m; j++) {
            y1[i][j] = a1 * image[i][j] + a2 * xm1 + b1 * ym1 + b2 * ym2;
            xm1 = image[i][j];
            ym2 = ym1;
            ym1 = y1[i][j];
        }
    }
    for (int i = 0; i < m; i++) {
        real yp1 = 0, yp2 = 0, xp1 = 0, xp2 = 0;
        for (int j = m - 1; j >= 0; j--) {
            y2[i][j] = a3 * xp1 + a4 * xp2 + b1 * yp1 + b2 * yp2;
            xp2 = xp1;
            xp1 = image[i][j];
            yp2 = yp1;
            yp1 = y2[i][j];
        }
    }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            out[i][j] = y1[i][j] + y2[i][j];
}
