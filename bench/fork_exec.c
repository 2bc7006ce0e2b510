/* The baseline of starting a program: fork_exec COUNT PROGRAM PAUSE prints the
 * median seconds of fork, exec and wait, with PAUSE microseconds before each. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

int main(int argc, char **argv)
{
    int count = argc == 4 ? atoi(argv[1]) : 0;
    double *seconds = calloc(count + 1, sizeof *seconds);
    for (int i = 0; i < count; i++) {
        if (atoi(argv[3]) > 0)
            usleep(atoi(argv[3]));
        double start = now();
        pid_t child = fork();
        if (child == 0) {
            execl(argv[2], argv[2], NULL);
            _exit(127);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            return 1;
        seconds[i] = now() - start;
    }
    qsort(seconds, count, sizeof *seconds, by_size);
    printf("%.9f\n", seconds[count / 2]);
    return count == 0;
}
