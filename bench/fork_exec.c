/* The baseline of starting a program: fork_exec COUNT PROGRAM prints the seconds that one fork, exec and wait take. */
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

int main(int argc, char **argv)
{
    int count = argc == 3 ? atoi(argv[1]) : 0;
    double start = now();
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0) {
            execl(argv[2], argv[2], NULL);
            _exit(127);
        }
        int status;
        if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
            return 1;
    }
    printf("%.9f\n", (now() - start) / count);
    return count == 0;
}
