/* category: random nests that once got a wrong claim, made small */

/* requires n >= 5 */
real kept_by_a_guard(int n, real b[restrict n])
{
    real s = 1;
    for (int i = 2; i < n - 2; i++) {
        s = s;
        if (i != 3)
            b[2] += s;
    }
    return s;
}

void read_by_a_condition(int m, real aa[restrict m][m])
{
    real s = 0;
    real t = 0;
    for (int i = 2; i < m - 2; i++) {
        for (int j = 2; j < m - 2; j++)
            if (s > s)
                t = s;
        s = aa[i][i];
    }
}

/* requires m >= 5
 * param s = 1.0 in -2..2
 */
void start_read_by_another_name(int m, real s, const real y[restrict m], real x[restrict m])
{
    for (int i = 2; i < m - 2; i++)
        for (int j = 2; j < i + 1; j += 3) {
            if (j < 4)
                s += y[i] - x[i - 1];
            x[m - i] += s;
        }
}

void halved_subscript(int n, real a[restrict n], real b[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (i < 4)
            b[i / 2] += a[i / 2];
        a[i] = 1;
    }
}

void runs_for_odd_sizes_only(int m, real aa[restrict m][m], const real y[restrict m])
{
    for (int i = m - 3; i >= 2; i -= 2)
        for (int j = i + 1; j < m - 2; j += 2)
            if (j < 4)
                aa[i][j] = y[i] + y[j];
}

void gathered_after_it_was_written(int n, const int ip[restrict n], real a[restrict n], real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = b[i];
    for (int i = 0; i < n; i++)
        b[i] = a[ip[i]];
}

/* requires m >= 5 */
void strided_triangle(int m, real aa[restrict m][m])
{
    real s = -1;
    for (int i = m - 3; i >= 2; i -= 3)
        for (int j = m - 3; j >= i; j -= 3) {
            aa[j + 1][j] = s;
            s += aa[m - i][i];
            s += s;
        }
}

/* requires n >= 5 */
void break_after_a_continue(int n, real a[restrict n], const real d[restrict n])
{
    int k = 0;
    for (int i = 2; i < n - 2; i++) {
        if (a[k] > 1)
            continue;
        if (a[k] > 1.5f)
            break;
        if (a[k] > 0) {
            a[k] = d[i];
            k++;
        }
    }
}

void break_in_a_while(int n, real a[restrict n], const real b[restrict n])
{
    int i = 0;
    while (i < n && a[i] > 0) {
        if (b[i] > 1)
            break;
        a[i] = b[i];
        i++;
    }
}

/* requires m >= 5 */
real rows_read_backward(int m, const real f[restrict m * m])
{
    real s = 0;
    for (int i = 2; i < m - 2; i++) {
        s = s;
        for (int j = 2; j < m - 2; j++)
            s = f[m * i + m - 1 - j];
    }
    return s;
}

/* requires m >= 5 */
void skewed_rows(int m, real f[restrict 3 * m * m])
{
    for (int i = 0; i < m; i++)
        for (int j = 0; j < m; j++)
            f[m * i + 2 * j] = f[m * i + 2 * j] + 1;
}
