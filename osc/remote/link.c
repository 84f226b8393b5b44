/* Datagrams to and from a rack, and from nobody else. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/remote/link.h"

#include "osc/remote/handshake.h"
#include "osc/wire/allow.h"
#include "osc/wire/endpoint.h"
#include "osc/wire/packet.h"
#include "rack/base/clock.h"
#include "rack/base/file.h"
#include "rack/base/name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { RECEIVE_MAX = 256, SEND_WAIT_MS = 20, RECEIVE_BUFFER = 1 << 20 };

struct link {
	int fd;
	bool local;
	bool far; /* on another machine, as far as its address tells: wants proof that answers reach us */
	struct handshake handshake;
	char target[128];
	struct sockaddr_storage peer;
	socklen_t peer_size;
	uint8_t out[PACKET_SIZE_MAX], in[PACKET_SIZE_MAX]; /* two: a handler of what came in may send */
};

/* A name of its own, made by the kernel, is where the answers come. The socket stays unconnected: to a connected one
 * the rack could send without bound, and a client that has stopped would fill the rack's buffer, which all local
 * clients share. */
static enum status open_local(struct link *link, struct reason *reason)
{
	struct sockaddr_un own = { .sun_family = AF_UNIX };
	if (bind(link->fd, (struct sockaddr *)&own, sizeof own.sun_family) < 0)
		return reason_set(reason, STATUS_IO, "cannot bind a socket: %s", strerror(errno));
	int probe = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int failed = probe < 0 || connect(probe, (struct sockaddr *)&link->peer, link->peer_size) < 0 ? errno : 0;
	if (probe >= 0)
		close(probe);
	bool nobody = failed == ENOENT || failed == ECONNREFUSED;
	if (failed)
		return reason_set(reason, STATUS_UNAVAILABLE, "no rack answers at %s: %s", link->target,
			nobody ? "none of that name is running" : strerror(failed));
	return STATUS_OK;
}

static enum status open_socket(struct link *link, struct reason *reason)
{
	link->fd = socket(link->peer.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return reason_set(reason, STATUS_IO, "no socket: %s", strerror(errno));
	int size = RECEIVE_BUFFER;
	setsockopt(link->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (link->local)
		return open_local(link, reason);
	/* Connected, it takes the rack's packets only. */
	if (connect(link->fd, (struct sockaddr *)&link->peer, link->peer_size) < 0)
		return reason_set(
			reason, STATUS_UNAVAILABLE, "no rack answers at %s: %s", link->target, strerror(errno));
	return STATUS_OK;
}

/* Whether a rack has that socket: one that was killed leaves the file. */
static bool has_rack(const char *path)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || strlen(path) >= sizeof name.sun_path) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	memcpy(name.sun_path, path, strlen(path) + 1);
	bool connected = connect(fd, (struct sockaddr *)&name, sizeof name) == 0;
	close(fd);
	return connected;
}

/* A rack that was started without this login's XDG_RUNTIME_DIR, or with one where this has none. */
static void look_elsewhere(const char *file, char *path, size_t size)
{
	char other[sizeof((struct sockaddr_un *)0)->sun_path];
	for (unsigned place = 0; !has_rack(path) && place < FILE_RUNTIME_PLACES; place++)
		if (file_runtime_elsewhere(place, file, other, sizeof other) && has_rack(other))
			snprintf(path, size, "%s", other);
}

static enum status find_local(struct link *link, const char *name, struct reason *reason)
{
	struct sockaddr_un *peer = (struct sockaddr_un *)&link->peer;
	char file[NAME_SIZE + sizeof ".sock"];
	enum status status = name_check(NAME_OF_RACK, name, reason);
	if (status != STATUS_OK)
		return status;
	snprintf(file, sizeof file, "%s.sock", name);
	link->local = true;
	link->peer_size = sizeof *peer;
	peer->sun_family = AF_UNIX;
	status = file_place(FILE_RUNTIME, file, link->target, sizeof link->target, reason);
	if (status != STATUS_OK)
		return status;
	look_elsewhere(file, link->target, sizeof link->target);
	if (strlen(link->target) >= sizeof peer->sun_path)
		return reason_set(reason, STATUS_BAD_VALUE, "the path %s is too long for a socket", link->target);
	memcpy(peer->sun_path, link->target, strlen(link->target) + 1);
	return STATUS_OK;
}

static enum status find_udp(struct link *link, const char *target, struct reason *reason)
{
	char host[ENDPOINT_HOST_SIZE], port[ENDPOINT_PORT_SIZE], usual[ENDPOINT_PORT_SIZE];
	snprintf(usual, sizeof usual, "%d", OSC_DEFAULT_PORT);
	if (!endpoint_split(target, usual, host, port))
		return reason_set(reason, STATUS_BAD_VALUE, "'%.60s' is not HOST or HOST:PORT", target);
	const char *fault = endpoint_find(host, port, AF_UNSPEC, &link->peer, &link->peer_size);
	if (fault)
		return reason_set(reason, STATUS_UNAVAILABLE, "no host %s: %s", host, fault);
	link->far = !allow_is_loopback((struct sockaddr *)&link->peer);
	snprintf(link->target, sizeof link->target, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
	return STATUS_OK;
}

enum status link_open(struct link **result, const char *target, const char *name, struct reason *reason)
{
	struct link *link = calloc(1, sizeof *link);
	if (!link)
		return reason_set(reason, STATUS_NO_MEMORY, "no memory");
	link->fd = -1;
	enum status status = target ? find_udp(link, target, reason) : find_local(link, name, reason);
	if (status == STATUS_OK)
		status = open_socket(link, reason);
	if (status != STATUS_OK) {
		link_close(link);
		return status;
	}
	*result = link;
	return STATUS_OK;
}

void link_close(struct link *link)
{
	if (!link)
		return;
	if (link->fd >= 0)
		close(link->fd);
	handshake_clear(&link->handshake);
	free(link);
}

int link_fd(const struct link *link)
{
	return link->fd;
}

bool link_is_local(const struct link *link)
{
	return link->local;
}

const char *link_target(const struct link *link)
{
	return link->target;
}

static bool try_send(struct link *link, const uint8_t *bytes, size_t size)
{
	const struct sockaddr *to = link->local ? (const struct sockaddr *)&link->peer : NULL;
	return sendto(link->fd, bytes, size, MSG_NOSIGNAL, to, to ? link->peer_size : 0) >= 0;
}

static bool is_full(int error)
{
	return error == EAGAIN || error == ENOBUFS;
}

static enum status send_bytes(struct link *link, const uint8_t *bytes, size_t size)
{
	for (int waited_ms = 0; !try_send(link, bytes, size); waited_ms++) {
		/* A refusal may be about an earlier packet (UDP): once more. */
		if (!is_full(errno))
			return try_send(link, bytes, size) ? STATUS_OK : STATUS_UNAVAILABLE;
		if (waited_ms == SEND_WAIT_MS)
			return STATUS_FULL;
		clock_sleep_us(1000);
	}
	return STATUS_OK;
}

struct sending {
	struct link *link;
	enum status status;
};

static void send_of_handshake(void *user, const uint8_t *bytes, size_t size)
{
	struct sending *sending = user;
	enum status status = send_bytes(sending->link, bytes, size);
	sending->status = status == STATUS_OK ? sending->status : status;
}

static enum status poll_handshake(struct link *link)
{
	struct sending sending = { link, STATUS_OK };
	handshake_poll(&link->handshake, send_of_handshake, &sending, clock_now_us());
	return sending.status;
}

enum status link_send_body(struct link *link, const char *address, lo_message body)
{
	size_t size = message_write(address, body, link->out, sizeof link->out);
	if (size == 0)
		return STATUS_BAD_VALUE;
	if (!link->far)
		return send_bytes(link, link->out, size);
	enum status asked = poll_handshake(link);
	bool held = handshake_hold(&link->handshake, link->out, size, clock_now_us());
	return held ? asked : send_bytes(link, link->out, size);
}

enum status link_send(struct link *link, const char *address, const char *types, ...)
{
	lo_message body = lo_message_new();
	if (!body)
		return STATUS_NO_MEMORY;
	va_list values;
	va_start(values, types);
	message_add_list(body, types, values);
	va_end(values);
	enum status status = link_send_body(link, address, body);
	lo_message_free(body);
	return status;
}

enum status link_send_words(
	struct link *link, const char *address, const char *arguments, const struct word *words, int n)
{
	lo_message body = lo_message_new();
	if (!body)
		return STATUS_NO_MEMORY;
	words_add(body, address, arguments, words, n);
	enum status status = link_send_body(link, address, body);
	lo_message_free(body);
	return status;
}

struct delivery {
	struct link *link;
	link_handler *handler;
	void *user;
	int n;
};

static void deliver(void *user, const uint8_t *data, size_t size)
{
	struct delivery *delivery = user;
	struct message message;
	struct sending sending = { delivery->link, STATUS_OK };
	if (!message_open(&message, data, size))
		return;
	if (!delivery->link->far ||
		!handshake_take(&delivery->link->handshake, &message, send_of_handshake, &sending, clock_now_us())) {
		delivery->handler(delivery->user, &message);
		delivery->n++;
	}
	message_close(&message);
}

/* The local socket's name is known to anybody who looks for it, so others can send to it. */
static bool is_rack(const struct link *link, const struct sockaddr_un *from, socklen_t size)
{
	return !link->local || (size > sizeof from->sun_family && strcmp(from->sun_path, link->target) == 0);
}

int link_receive(struct link *link, link_handler *handler, void *user)
{
	struct delivery delivery = { link, handler, user, 0 };
	for (int i = 0; i < RECEIVE_MAX; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t from_size = sizeof from;
		ssize_t size =
			recvfrom(link->fd, link->in, sizeof link->in, MSG_TRUNC, (struct sockaddr *)&from, &from_size);
		if (size < 0 && errno != ECONNREFUSED && errno != ECONNRESET)
			break;
		bool ours = size > 0 && is_rack(link, (const struct sockaddr_un *)&from, from_size);
		if (ours && (size_t)size <= sizeof link->in && !packet_fault(link->in, (size_t)size))
			packet_each(link->in, (size_t)size, deliver, &delivery);
	}
	if (link->far)
		poll_handshake(link);
	return delivery.n;
}
