/* SPDX-License-Identifier: MIT */
/* Runs graphviz, which reads the graph from an unnamed temporary file and writes the image into a pipe. */
#include "blocks/references.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

extern char **environ;

static bool read_all(int fd, struct text *text) {
    ssize_t length;
    do {
        text_reserve(text, 65536);
        length = read(fd, text->bytes + text->length, 65536);
        text->length += length > 0 ? (size_t)length : 0;
    } while (length > 0 || (length < 0 && errno == EINTR));
    return length == 0;
}

static int start(pid_t *child, int input, int output, int other_end) {
    char program[] = "dot", format[] = "-Tsvg", *const arguments[] = {program, format, NULL};
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    (void)posix_spawn_file_actions_adddup2(&actions, input, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, output, 1);
    (void)posix_spawn_file_actions_addclose(&actions, other_end);
    error = posix_spawnp(child, "dot", &actions, NULL, arguments, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Returns an errno value, or -1 if dot started but failed. */
static int run_dot(FILE *input, struct text *image) {
    int ends[2], status = 0;
    pid_t child;
    if (pipe(ends) != 0) {
        return errno;
    }
    int error = start(&child, fileno(input), ends[1], ends[0]);
    close(ends[1]);
    if (error == 0) {
        error = read_all(ends[0], image) ? 0 : errno;
        close(ends[0]); /* dot need not wait if nobody reads on. */
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        bool has_ended = WIFEXITED(status);
        return error != 0                                ? error
               : has_ended && WEXITSTATUS(status) == 0   ? 0
               : has_ended && WEXITSTATUS(status) == 127 ? ENOENT
                                                         : -1;
    }
    close(ends[0]);
    return error;
}

int graph_draw(struct text *graph) {
    struct text image = TEXT_INIT;
    FILE *input = tmpfile();
    if (input == NULL || fwrite(graph->bytes, 1, graph->length, input) != graph->length || fflush(input) != 0 ||
        fseek(input, 0, SEEK_SET) != 0) {
        int error = errno;
        if (input != NULL) {
            fclose(input);
        }
        return trouble("the graph cannot be written for dot: %s", strerror(error));
    }
    int error = run_dot(input, &image);
    fclose(input);
    if (error != 0) {
        text_free(&image);
        return error == ENOENT ? trouble("SVG needs the program dot: install graphviz, or write -o FILE.dot")
                               : trouble("dot could not draw the graph%s%s", error > 0 ? ": " : "",
                                         error > 0 ? strerror(error) : "; write -o FILE.dot to see it");
    }
    text_free(graph);
    *graph = image;
    return 0;
}
