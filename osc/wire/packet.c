/* Strict check of raw OSC bytes, so that nothing behind it (liblo included) meets a malformed packet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/packet.h"

#include <string.h>

static const char bundle_head[8] = "#bundle";
enum { BUNDLE_HEAD = 16 }; /* the name and the timetag */

static uint32_t read_u32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Bytes that the string at data takes with its padding; 0: not terminated, or padded with something else than zeros. */
static size_t string_size(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, 0, size) : NULL;
	if (!end)
		return 0;
	size_t padded = ((size_t)(end - data) & ~(size_t)3) + 4;
	if (padded > size)
		return 0;
	for (size_t i = (size_t)(end - data); i < padded; i++)
		if (data[i])
			return 0;
	return padded;
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

/* Bytes that a blob takes with its size and its padding of zeros; 0: it does not fit. */
static size_t blob_size(const uint8_t *data, size_t size)
{
	if (size < 4 || read_u32(data) > size - 4)
		return 0;
	size_t length = 4 + (size_t)read_u32(data), padded = (length + 3) & ~(size_t)3;
	if (padded > size)
		return 0;
	for (size_t i = length; i < padded; i++)
		if (data[i])
			return 0;
	return padded;
}

/* Bytes of one argument; false: it does not fit, or the tag is none of OSC 1.0. */
static bool argument_size(char tag, const uint8_t *data, size_t size, size_t *used)
{
	switch (tag) {
	case 'T':
	case 'F':
	case 'N':
	case 'I':
		*used = 0;
		return true;
	case 'i':
	case 'f':
	case 'c':
	case 'r':
	case 'm':
		*used = 4;
		return size >= 4;
	case 'h':
	case 'd':
	case 't':
		*used = 8;
		return size >= 8;
	case 's':
	case 'S':
		*used = string_size(data, size);
		return *used > 0;
	case 'b':
		*used = blob_size(data, size);
		return *used > 0;
	default:
		return false;
	}
}

static const char *tags_fault(const char *tags)
{
	for (; *tags; tags++) {
		switch (*tags) {
		case 'T':
		case 'F':
		case 'N':
		case 'I':
		case 'i':
		case 'f':
		case 'c':
		case 'r':
		case 'm':
		case 'h':
		case 'd':
		case 't':
		case 's':
		case 'S':
		case 'b':
			break;
		case '[':
		case ']':
			return "arrays are not taken";
		default:
			return "an argument is of a type that OSC 1.0 does not have";
		}
	}
	return NULL;
}

const char *packet_unreadable(const uint8_t *message, size_t size)
{
	size_t address = (strlen((const char *)message) & ~(size_t)3) + 4; /* with its padding */
	if (address == size)
		return NULL;
	return message[address] == ',' ? tags_fault((const char *)message + address + 1)
				       : "the values have no type tags";
}

static const char *arguments_fault(const uint8_t *data, size_t size)
{
	if (size == 0 || data[0] != ',')
		return NULL; /* none, or of no types (packet_unreadable) */
	size_t used = string_size(data, size);
	if (used == 0)
		return "bad type tag string";
	const char *tags = (const char *)data + 1;
	if (strlen(tags) > PACKET_TYPES_MAX)
		return "too many arguments";
	if (tags_fault(tags))
		return NULL; /* of no known size (packet_unreadable) */
	for (; *tags; tags++) {
		size_t argument;
		data += used;
		size -= used;
		if (!argument_size(*tags, data, size, &argument))
			return "bad argument";
		used = argument;
	}
	return used == size ? NULL : "bytes behind the last argument";
}

static const char *message_fault(const uint8_t *data, size_t size)
{
	size_t used = string_size(data, size);
	if (used == 0 || data[0] != '/')
		return "no address";
	if (strlen((const char *)data) > PACKET_ADDRESS_MAX)
		return "address too long";
	if (!is_printable((const char *)data))
		return "address not printable";
	return arguments_fault(data + used, size - used);
}

static const char *element_fault(const uint8_t *data, size_t size, unsigned depth, unsigned *messages);

static const char *bundle_fault(const uint8_t *data, size_t size, unsigned depth, unsigned *messages)
{
	if (depth == PACKET_DEPTH_MAX)
		return "bundles too deep";
	if (size < BUNDLE_HEAD)
		return "short bundle";
	for (data += BUNDLE_HEAD, size -= BUNDLE_HEAD; size;) {
		if (size < 4 || read_u32(data) > size - 4)
			return "bad element size";
		uint32_t element = read_u32(data);
		const char *fault = element_fault(data + 4, element, depth + 1, messages);
		if (fault)
			return fault;
		data += 4 + element;
		size -= 4 + element;
	}
	return NULL;
}

static const char *element_fault(const uint8_t *data, size_t size, unsigned depth, unsigned *messages)
{
	if (size == 0 || size % 4)
		return "size not a multiple of 4";
	if (packet_is_bundle(data, size))
		return bundle_fault(data, size, depth, messages);
	if (++*messages > PACKET_MESSAGES_MAX)
		return "too many messages";
	return message_fault(data, size);
}

const char *packet_fault(const uint8_t *data, size_t size)
{
	unsigned messages = 0;
	if (size > PACKET_SIZE_MAX)
		return "too long";
	return element_fault(data, size, 0, &messages);
}

bool packet_is_bundle(const uint8_t *data, size_t size)
{
	return size >= sizeof bundle_head && memcmp(data, bundle_head, sizeof bundle_head) == 0;
}

uint64_t packet_timetag(const uint8_t *bundle)
{
	return (uint64_t)read_u32(bundle + 8) << 32 | read_u32(bundle + 12);
}

void packet_each(const uint8_t *data, size_t size, packet_visit *visit, void *user)
{
	if (!packet_is_bundle(data, size)) {
		visit(user, data, size);
		return;
	}
	for (const uint8_t *end = data + size, *p = data + BUNDLE_HEAD; p < end; p += 4 + read_u32(p))
		packet_each(p + 4, read_u32(p), visit, user);
}
