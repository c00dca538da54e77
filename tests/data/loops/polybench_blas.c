/* category: polybench blas */
/*
 * Linear algebra kernels of PolyBench/C, written anew from their published definitions for square matrices.
 */
#include "tsvc.h"

/* C = beta C + alpha A B */
void gemm(int m, real alpha, real beta, real c[restrict m][m], const real a[restrict m][m], const real b[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < m; j++)
            c[i][j] *= beta;
        for (int k = 0; k < m; k++)
            for (int j = 0; j < m; j++)
                c[i][j] += alpha * a[i][k] * b[k][j];
    }
}

/* D = beta D + alpha A B C */
void two_mm(int m, real alpha, real beta, real tmp[restrict m][m], const real a[restrict m][m],
            const real b[restrict m][m], const real c[restrict m][m], real d[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            tmp[i][j] = 0;
            for (int k = 0; k < m; k++)
                tmp[i][j] += alpha * a[i][k] * b[k][j];
        }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            d[i][j] *= beta;
            for (int k = 0; k < m; k++)
                d[i][j] += tmp[i][k] * c[k][j];
        }
}

/* G = (A B) (C D) */
void three_mm(int m, real e[restrict m][m], const real a[restrict m][m], const real b[restrict m][m],
              real f[restrict m][m], const real c[restrict m][m], const real d[restrict m][m], real g[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            e[i][j] = 0;
            for (int k = 0; k < m; k++)
                e[i][j] += a[i][k] * b[k][j];
        }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            f[i][j] = 0;
            for (int k = 0; k < m; k++)
                f[i][j] += c[i][k] * d[k][j];
        }
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            g[i][j] = 0;
            for (int k = 0; k < m; k++)
                g[i][j] += e[i][k] * f[k][j];
        }
}

/* y = A' A x */
void atax(int m, const real a[restrict m][m], const real x[restrict m], real y[restrict m], real tmp[restrict m])
{
    for (int i = 0; i < m; i++)
        y[i] = 0;
    for (int i = 0; i < m; i++) {
        tmp[i] = 0;
        for (int j = 0; j < m; j++)
            tmp[i] = tmp[i] + a[i][j] * x[j];
        for (int j = 0; j < m; j++)
            y[j] = y[j] + a[i][j] * tmp[i];
    }
}

/* s = A' r, q = A p */
void bicg(int m, const real a[restrict m][m], real s[restrict m], real q[restrict m], const real p[restrict m],
          const real r[restrict m])
{
    for (int i = 0; i < m; i++)
        s[i] = 0;
    for (int i = 0; i < m; i++) {
        q[i] = 0;
        for (int j = 0; j < m; j++) {
            s[j] = s[j] + r[i] * a[i][j];
            q[i] = q[i] + a[i][j] * p[j];
        }
    }
}

/* x1 += A y1, x2 += A' y2 */
void mvt(int m, real x1[restrict m], real x2[restrict m], const real y1[restrict m], const real y2[restrict m],
         const real a[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            x1[i] = x1[i] + a[i][j] * y1[j];
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            x2[i] = x2[i] + a[j][i] * y2[j];
}

/* y = alpha A x + beta B x */
void gesummv(int m, real alpha, real beta, const real a[restrict m][m], const real b[restrict m][m],
             real tmp[restrict m], const real x[restrict m], real y[restrict m])
{
    for (int i = 0; i < m; i++) {
        tmp[i] = 0;
        y[i] = 0;
        for (int j = 0; j < m; j++) {
            tmp[i] = a[i][j] * x[j] + tmp[i];
            y[i] = b[i][j] * x[j] + y[i];
        }
        y[i] = alpha * tmp[i] + beta * y[i];
    }
}

/* A += u1 v1' + u2 v2', x = beta A' y + z, w = alpha A x */
void gemver(int m, real alpha, real beta, real a[restrict m][m], const real u1[restrict m], const real v1[restrict m],
            const real u2[restrict m], const real v2[restrict m], real w[restrict m], real x[restrict m],
            const real y[restrict m], const real z[restrict m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            a[i][j] = a[i][j] + u1[i] * v1[j] + u2[i] * v2[j];
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            x[i] = x[i] + beta * a[j][i] * y[j];
    for (int i = 0; i < m; i++)
        x[i] = x[i] + z[i];
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            w[i] = w[i] + alpha * a[i][j] * x[j];
}

/* C = beta C + alpha A A', lower triangle */
void syrk(int m, real alpha, real beta, real c[restrict m][m], const real a[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j <= i; j++)
            c[i][j] *= beta;
        for (int k = 0; k < m; k++)
            for (int j = 0; j <= i; j++)
                c[i][j] += alpha * a[i][k] * a[j][k];
    }
}

/* C = beta C + alpha (A B' + B A'), lower triangle */
void syr2k(int m, real alpha, real beta, real c[restrict m][m], const real a[restrict m][m], const real b[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        for (int j = 0; j <= i; j++)
            c[i][j] *= beta;
        for (int k = 0; k < m; k++)
            for (int j = 0; j <= i; j++)
                c[i][j] += a[j][k] * alpha * b[i][k] + b[j][k] * alpha * a[i][k];
    }
}

/* B = alpha A' B, A unit lower triangular */
void trmm(int m, real alpha, const real a[restrict m][m], real b[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            for (int k = i + 1; k < m; k++)
                b[i][j] += a[k][i] * b[k][j];
            b[i][j] = alpha * b[i][j];
        }
}

/* C = alpha A B + beta C, A symmetric */
void symm(int m, real alpha, real beta, real c[restrict m][m], const real a[restrict m][m], const real b[restrict m][m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++) {
            real temp = 0;
            for (int k = 0; k < i; k++) {
                c[k][j] += alpha * b[i][j] * a[i][k];
                temp += b[k][j] * a[i][k];
            }
            c[i][j] = beta * c[i][j] + alpha * b[i][j] * a[i][i] + alpha * temp;
        }
}

/* A[r][q][p] = sum over s of A[r][q][s] C4[s][p] */
void doitgen(int m, real a[restrict m][m][m], const real c4[restrict m][m], real sum[restrict m])
{
    for (int r = 0; r < m; r++)
        for (int q = 0; q < m; q++) {
            for (int p = 0; p < m; p++) {
                sum[p] = 0;
                for (int s = 0; s < m; s++)
                    sum[p] += a[r][q][s] * c4[s][p];
            }
            for (int p = 0; p < m; p++)
                a[r][q][p] = sum[p];
        }
}
