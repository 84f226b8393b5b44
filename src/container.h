/* What a sound file's header promises of its length, where that stands, and whether an Ogg file is whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_CONTAINER_H
#define SRC_CONTAINER_H

#include "rack/base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONTAINER_PATCH_SIZE = 8 };

/* Bytes of sound: those that the header promises (0: it promises none, as the header of a stream does) and those that
 * the file holds behind it. Both are 0 where the kind of file is not known here. */
struct container {
	uint64_t promised, present;
	uint64_t promised_frames; /* FLAC; 0: not promised */
	/* What stands in the file at patch_offset is to be read as these bytes: the length that is really there. size
	 * 0: nothing is. */
	uint64_t patch_offset;
	uint32_t patch_size;
	unsigned char patch[CONTAINER_PATCH_SIZE];
};

/* WAV, RF64, BW64, W64, AIFF, CAF, AU, FLAC and MP3; others come out empty. fd: a plain file; its offset stays. A file
 * that cannot be read comes out empty too: whoever reads it next tells. */
void container_scan(int fd, struct container *);

/* Of an Ogg file: every page by its checksum and number, and the last page of every stream (RFC 3533). BAD_VALUE: a
 * reason with the place. Other files are OK. */
enum status container_check_ogg(int fd, struct reason *);

#endif
