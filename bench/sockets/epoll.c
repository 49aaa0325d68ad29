/*
 * The load by C and epoll, one process each: `epoll server` prints its port and echoes until it is killed;
 * `epoll clients PORT COUNT PACED` prints what came of it as JSON. For comparison only.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BYTES 64
#define EVENTS 1024

struct client {
  int fd, got;
  double from, took;
  char sent[BYTES + 1], received[BYTES];
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static struct sockaddr_in local(int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return a;
}

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int serve(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), poll = epoll_create1(0);
  struct sockaddr_in a = local(0);
  socklen_t size = sizeof a;
  if (bind(listener, (void *)&a, size) || listen(listener, 4096)) die("listen");
  getsockname(listener, (void *)&a, &size);
  printf("%d\n", ntohs(a.sin_port));
  fflush(stdout);
  struct epoll_event e = {.events = EPOLLIN, .data.fd = listener}, ready[EVENTS];
  epoll_ctl(poll, EPOLL_CTL_ADD, listener, &e);
  for (;;) {
    int n = epoll_wait(poll, ready, EVENTS, -1);
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        int one = 1, accepted;
        while ((accepted = accept4(listener, 0, 0, SOCK_NONBLOCK)) >= 0) {
          setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
          e = (struct epoll_event){.events = EPOLLIN, .data.fd = accepted};
          epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &e);
        }
        continue;
      }
      char buffer[4096];
      ssize_t got = read(fd, buffer, sizeof buffer);
      if (got <= 0 || write(fd, buffer, got) != got) close(fd);
    }
  }
}

static int by_time(const void *a, const void *b) {
  double d = *(const double *)a - *(const double *)b;
  return d < 0 ? -1 : d > 0;
}

static int load(int port, int count, int paced) {
  struct client *clients = calloc(count, sizeof *clients);
  double *times = calloc(count, sizeof *times);
  int poll = epoll_create1(0), started = 0, open = 0, right = 0, done = 0;
  struct epoll_event ready[EVENTS];
  double from = now();
  while (done < count) {
    int due = paced ? (int)((now() - from) / 5 + 1) * 100 : count;
    /* Connects in flight stay below the backlog, else some are lost and come a second later. */
    for (; started < count && started < due && open < 2000; started++, open++) {
      struct client *c = &clients[started];
      struct sockaddr_in a = local(port);
      int one = 1;
      char text[BYTES + 1];
      memset(c->sent, '.', BYTES);
      memcpy(c->sent, text, snprintf(text, sizeof text, "client %d ", started));
      c->from = now();
      c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (c->fd < 0) die("socket");
      setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (connect(c->fd, (void *)&a, sizeof a) && errno != EINPROGRESS) die("connect");
      struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c};
      epoll_ctl(poll, EPOLL_CTL_ADD, c->fd, &e);
    }
    int n = epoll_wait(poll, ready, EVENTS, started < count ? 1 : 1000);
    for (int i = 0; i < n; i++) {
      struct client *c = ready[i].data.ptr;
      if (ready[i].events & EPOLLOUT) {
        if (write(c->fd, c->sent, BYTES) != BYTES) die("write");
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poll, EPOLL_CTL_MOD, c->fd, &e);
        continue;
      }
      ssize_t got = read(c->fd, c->received + c->got, BYTES - c->got);
      if (got > 0 && (c->got += got) < BYTES) continue;
      c->took = now() - c->from;
      times[done++] = c->took;
      right += c->got == BYTES && !memcmp(c->sent, c->received, BYTES);
      close(c->fd);
      open--;
    }
  }
  double ms = now() - from;
  qsort(times, count, sizeof *times, by_time);
  printf("{\"ms\":%f,\"right\":%d,\"p50\":%f,\"p99\":%f}\n", ms, right, times[count / 2], times[count * 99 / 100]);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "server")) return serve();
  if (argc == 5 && !strcmp(argv[1], "clients")) return load(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]));
  fprintf(stderr, "usage: epoll server | epoll clients PORT COUNT PACED\n");
  return 2;
}
