/* category: shapes of C that the 151 loops do not have */

void while_counts(int n, real a[restrict n], const real b[restrict n])
{
    int i = 0;
    while (i < n) {
        a[i] = b[i] + 1;
        i++;
    }
}

/* data a in -1..1 */
int while_searches(int n, const real a[restrict n])
{
    int i = 0;
    while (i < n && a[i] > 0)
        i++;
    return i;
}

void do_counts(int n, real a[restrict n])
{
    int i = 0;
    do {
        a[i] += 1;
        i += 2;
    } while (i < n);
}

void falls_by_three(int n, real a[restrict n], const real b[restrict n])
{
    int k = 0;
    for (int i = n - 1; i >= 0; i -= 3) {
        a[i] = b[k] * 2;
        k++;
    }
}

void switches(int n, real a[restrict n], const int ip[restrict n])
{
    for (int i = 0; i < n; i++) {
        switch (ip[i] % 4) {
        case 0:
            a[i] = 1;
            break;
        case 1:
            a[i] = 2;
        case 2:
            a[i] += 3;
            break;
        default:
            a[i] = -a[i];
        }
    }
}

void continues(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (b[i] < 0)
            continue;
        a[i] += b[i];
        if (b[i] > a[i])
            continue;
        a[i] *= 2;
    }
}

/* data aa in -4..1 */
int leaves_two_loops(int m, real aa[restrict m][m])
{
    int i, j;
    for (i = 0; i < m; i++) {
        for (j = 0; j < m; j++) {
            if (aa[i][j] > 0.5f)
                goto found;
            aa[i][j] = i + j;
        }
    }
    return -1;
found:
    return i * m + j;
}

void tangled(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++) {
        if (b[i] > 0.5f)
            goto one;
        if (b[i] < -0.5f)
            goto two;
        a[i] = 1;
one:
        a[i] += 2;
        if (a[i] > 2)
            goto end;
two:
        a[i] *= 3;
end:;
    }
}

void pointer_walk(int n, real a[restrict n], const real b[restrict n])
{
    const real *end = b + n;
    const real *p = b;
    real *q = a;
    while (p < end)
        *q++ = 2 * *p++;
}

void row_pointer(int m, real aa[restrict m][m], const real bb[restrict m][m])
{
    for (int i = 0; i < m; i++) {
        real *row = aa[i];
        const real *other = &bb[i][0];
        for (int j = 1; j < m; j++)
            row[j] = row[j - 1] + other[j];
    }
}

void local_array(int n, real a[restrict n], const real b[restrict n])
{
    real window[3];
    for (int i = 0; i + 2 < n; i++) {
        for (int k = 0; k < 3; k++)
            window[k] = b[i + k];
        a[i] = window[0] + window[1] * window[2];
    }
}

void post_increment(int n, real a[restrict n], const real b[restrict n])
{
    int j = 0;
    for (int i = 0; i < n; i++)
        if (b[i] > 0)
            a[j++] = b[i];
}

static real clamp(real x, real low, real high)
{
    if (x < low)
        return low;
    if (x > high)
        return high;
    return x;
}

void early_return(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        a[i] = clamp(b[i], -0.5f, 0.5f) + clamp(a[i], 0, 1);
}

/* index row in 0..n-1 */
void sparse(int n, real a[restrict n], const real b[restrict n], const int row[restrict n])
{
    for (int i = 0; i + 1 < n; i++)
        for (int k = row[i]; k < row[i + 1]; k++)
            a[i] += b[k];
}

void triangle(int m, real aa[restrict m][m])
{
    for (int k = 0; k < m; k++)
        for (int i = k + 1; i < m; i++) {
            aa[i][k] = aa[i][k] * 0.5f;
            for (int j = k + 1; j < m; j++)
                aa[i][j] -= aa[i][k] * aa[k][j];
        }
}

void quadratic(int m, real flat[restrict m * m], const real bb[restrict m][m])
{
    int k = 0;
    for (int i = 0; i < m; i++)
        for (int j = 0; j <= i; j++) {
            flat[k] = bb[i][j] + flat[k];
            k++;
        }
}

void wraps(int n, real a[restrict n], const real b[restrict n])
{
    int last = n - 1, before = 0;
    for (int i = 0; i < n; i++) {
        a[i] = b[last] - b[before];
        before = last;
        last = i;
    }
}

void nested_guard(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++)
        if (i > 0 && b[i] > b[i - 1]) {
            if (i % 3 == 0)
                a[i] = b[i];
            else if (a[i] < 0)
                a[i] = 0;
        }
}

real chooses(int n, const real a[restrict n])
{
    real best = a[0];
    for (int i = 1; i < n; i++)
        best = a[i] > best ? a[i] : best;
    return best;
}

void floyd(int m, real aa[restrict m][m])
{
    for (int k = 0; k < m; k++)
        for (int i = 0; i < m; i++)
            for (int j = 0; j < m; j++)
                aa[i][j] = aa[i][j] < aa[i][k] + aa[k][j] ? aa[i][j] : aa[i][k] + aa[k][j];
}

void changes_its_counter(int n, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n; i++) {
        a[i] = 1;
        if (b[i] > 0)
            i++;
    }
}

void parameter_counts(int n, real a[restrict n])
{
    while (n > 0) {
        n--;
        a[n] = n;
    }
}

void shadows(int n, real a[restrict n], const real b[restrict n])
{
    real t = 1;
    for (int i = 0; i < n; i++) {
        real t = b[i];
        a[i] = t * t;
    }
    a[0] += t;
}

/* requires k >= 1
 * param k = 3 in 1..5
 */
void strided_rows(int n, int k, real a[restrict n], const real b[restrict n])
{
    for (int i = 0; i < n / k; i++)
        for (int j = 0; j < k; j++)
            a[i * k + j] = b[i * k + j] + 1;
}

void breaks_then_uses(int n, real a[restrict n], const real b[restrict n])
{
    int i;
    real s = 0;
    for (i = 0; i < n; i++) {
        s += b[i];
        if (s > 1.5f)
            break;
        a[i] = s;
    }
    if (i < n)
        a[i] = -s;
}

/* index row in 0..n-1 */
real running(int n, real a[restrict n], const real b[restrict n], const int row[restrict n])
{
    real s = 0;
    for (int i = 0; i + 1 < n; i++) {
        for (int k = row[i]; k < row[i + 1]; k++)
            s += b[k];
        a[i] = s;
    }
    return s;
}

/* requires k != 0
 * param k = 2 in -3..3
 */
void any_divisor(int n, int k, real a[restrict n], const real b[restrict n])
{
    for (int i = -2; i < n / k; i++)
        if (i >= 0)
            a[i] = b[i] + a[0];
}

void two_branches(int n, real a[restrict n], const real b[restrict n])
{
    real t = 0;
    for (int i = 0; i < n; i++) {
        if (b[i] > 0) {
            if (a[i] > 0)
                t = a[i];
        } else {
            t = b[i];
        }
        a[i] = t;
    }
}

int first_and_last(int n, const real a[restrict n])
{
    int first = -1, last = -1;
    for (int i = 0; i < n; i++)
        if (a[i] > 0.25f) {
            first = i;
            break;
        }
    for (int i = n - 1; i > first; i--)
        if (a[i] > 0.25f) {
            last = i;
            break;
        }
    return first + n * last;
}
