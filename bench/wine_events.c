/* events.exe COUNT prints the seconds that one CreateEventA by name with its CloseHandle takes. */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

int main(int argc, char **argv)
{
    LARGE_INTEGER start, end, frequency;
    int count = argc == 2 ? atoi(argv[1]) : 1;
    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&start);
    for (int i = 0; i < count; i++)
        CloseHandle(CreateEventA(NULL, FALSE, FALSE, "bench"));
    QueryPerformanceCounter(&end);
    printf("%.9f\n", (double)(end.QuadPart - start.QuadPart) / frequency.QuadPart / count);
    return 0;
}
