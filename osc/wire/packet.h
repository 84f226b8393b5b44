/* The first to see the bytes of a datagram: says whether they are well-formed OSC 1.0, and takes bundles apart. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_PACKET_H
#define OSC_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PACKET_SIZE_MAX = 65536,
	PACKET_ADDRESS_MAX = 128,   /* characters of an address */
	PACKET_TYPES_MAX = 256,     /* arguments of a message */
	PACKET_DEPTH_MAX = 4,       /* bundles within bundles */
	PACKET_MESSAGES_MAX = 1024, /* in one datagram: as many changes as a transaction holds */
};

#define PACKET_IMMEDIATELY ((uint64_t)1)

/* NULL for a valid packet, otherwise what is wrong with it. Every string ends within the packet and is padded with
 * zeros, sizes add up, and addresses are printable ASCII. A message that ends with its address counts as one without
 * arguments (old senders); of one with arguments that packet_unreadable() names, only the address is valid. Reads
 * data[0 .. size - 1] only; linear time. OSC 1.0, "OSC Packets". */
const char *packet_fault(const uint8_t *data, size_t size);

/* The following take valid packets only. */

/* NULL, or why the arguments of a message cannot be read: values without type tags, arrays, or type tags that are none
 * of OSC 1.0. */
const char *packet_unreadable(const uint8_t *message, size_t size);

bool packet_is_bundle(const uint8_t *data, size_t size);
uint64_t packet_timetag(const uint8_t *bundle); /* NTP time of the outermost bundle */

/* Every message, in order, those of inner bundles in their place (their own timetags are not looked at). */
typedef void packet_visit(void *user, const uint8_t *message, size_t size);
void packet_each(const uint8_t *data, size_t size, packet_visit *, void *user);

#endif
