/* Sends one OSC value as often as it is told, then says how long the last one took to count. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flood PORT ADDRESS RATE SECONDS PID: messages of one float, RATE a second, to 127.0.0.1. The last carries -1; another
 * socket then asks until that is the answer. Prints one JSON object: how many were sent, in how many seconds,
 * settled_ms, and waited_ms: how much of that the main thread of PID, or this one, was ready and others had the
 * processor. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 128, SIZE_MAX_BYTES = 256, ASK_MS = 2, GIVE_UP_S = 5 };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double waited_ms(const char *schedstat)
{
	double ran_ns, waited_ns = 0;
	FILE *file = fopen(schedstat, "r");
	if (file && fscanf(file, "%lf %lf", &ran_ns, &waited_ns) != 2)
		waited_ns = 0;
	if (file)
		fclose(file);
	return waited_ns * 1e-6;
}

static int open_socket(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	return connect(fd, (struct sockaddr *)&to, sizeof to) ? -1 : fd;
}

static void put_float(uint8_t *at, float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	bits = htonl(bits);
	memcpy(at, &bits, sizeof bits);
}

/* Address and types, each padded to four bytes; the value's place is behind. */
static size_t make_head(uint8_t *bytes, const char *address, const char *types)
{
	size_t n = strlen(address) / 4 * 4 + 4;
	memset(bytes, 0, n + 4);
	memcpy(bytes, address, strlen(address));
	memcpy(bytes + n, types, strlen(types));
	return n + 4;
}

static void send_batch(int fd, uint8_t bytes[BATCH][SIZE_MAX_BYTES], size_t size, int n)
{
	struct mmsghdr messages[BATCH];
	struct iovec pieces[BATCH];
	for (int i = 0; i < n; i++) {
		pieces[i] = (struct iovec){ bytes[i], size };
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &pieces[i], .msg_iovlen = 1 } };
	}
	for (int sent = 0, got; sent < n; sent += got)
		if ((got = sendmmsg(fd, messages + sent, (unsigned)(n - sent), 0)) <= 0)
			return;
}

static double settle_ms(int port, const char *address)
{
	uint8_t ask[SIZE_MAX_BYTES], wanted[SIZE_MAX_BYTES], answer[SIZE_MAX_BYTES];
	int fd = open_socket(port);
	size_t asked = make_head(ask, address, ","), size = make_head(wanted, address, ",f") + 4;
	put_float(wanted + size - 4, -1);
	double begin = now_s();
	while (now_s() - begin < GIVE_UP_S) {
		if (send(fd, ask, asked, 0) < 0)
			break;
		struct pollfd p = { .fd = fd, .events = POLLIN };
		while (poll(&p, 1, ASK_MS) > 0)
			if (recv(fd, answer, sizeof answer, 0) == (ssize_t)size && !memcmp(answer, wanted, size))
				return (now_s() - begin) * 1e3;
	}
	return -1;
}

int main(int argc, char **argv)
{
	static uint8_t bytes[BATCH][SIZE_MAX_BYTES];
	if (argc != 6 || strlen(argv[2]) > SIZE_MAX_BYTES / 2) {
		fputs("usage: flood PORT ADDRESS RATE SECONDS PID\n", stderr);
		return 2;
	}
	int port = atoi(argv[1]), fd = open_socket(port);
	double rate = atof(argv[3]), seconds = atof(argv[4]), begin = now_s();
	size_t size = 0;
	for (int i = 0; i < BATCH; i++) {
		size = make_head(bytes[i], argv[2], ",f") + 4;
		put_float(bytes[i] + size - 4, -20 + 0.1f * (float)i);
	}
	uint64_t sent = 0;
	for (double past; (past = now_s() - begin) < seconds;) {
		uint64_t due = (uint64_t)(past * rate);
		int n = due - sent < BATCH ? (int)(due - sent) : BATCH;
		send_batch(fd, bytes, size, n);
		sent += (uint64_t)n;
		if (n < BATCH)
			nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
	}
	double took = now_s() - begin;
	char rack[64];
	snprintf(rack, sizeof rack, "/proc/%d/task/%d/schedstat", atoi(argv[5]), atoi(argv[5]));
	double waited = waited_ms(rack) + waited_ms("/proc/self/schedstat");
	put_float(bytes[0] + size - 4, -1);
	send_batch(fd, bytes, size, 1);
	double settled = settle_ms(port, argv[2]);
	printf("{\"sent\": %llu, \"seconds\": %.3f, \"settled_ms\": %.2f, \"waited_ms\": %.2f}\n",
		(unsigned long long)sent + 1, took, settled,
		waited_ms(rack) + waited_ms("/proc/self/schedstat") - waited);
	return 0;
}
