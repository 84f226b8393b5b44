/* Lengths in the headers of sound files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/container.h"

#include <ctype.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNKS_MAX = 4096, ID_MAX = 16, SIZE_MAX_BYTES = 8 };

/* Files made of chunks: an id, a size, and that many bytes. */
struct form {
	const char *magic;
	uint32_t header; /* bytes before the first chunk */
	uint32_t id_bytes, size_bytes;
	bool big_endian;
	bool inclusive; /* the size counts the id and itself */
	uint32_t alignment;
	const char *sound; /* id of the chunk with the samples */
	uint32_t skip;     /* bytes at its start that are none */
};

static const struct form forms[] = {
	{ "RIFF", 12, 4, 4, false, false, 2, "data", 0 }, { "RF64", 12, 4, 4, false, false, 2, "data", 0 },
	{ "BW64", 12, 4, 4, false, false, 2, "data", 0 }, { "RIFX", 12, 4, 4, true, false, 2, "data", 0 },
	{ "FORM", 12, 4, 4, true, false, 2, "SSND", 8 }, { "caff", 8, 4, 8, true, false, 1, "data", 4 },
	{ "riff", 40, 16, 8, false, true, 8, "data", 0 }, /* Sony Wave64 */
};

static bool read_at(int fd, uint64_t offset, void *bytes, size_t n)
{
	return pread(fd, bytes, n, (off_t)offset) == (ssize_t)n;
}

static uint64_t get(const unsigned char *bytes, uint32_t n, bool big_endian)
{
	uint64_t value = 0;
	for (uint32_t i = 0; i < n; i++)
		value = value << 8 | bytes[big_endian ? i : n - 1 - i];
	return value;
}

static void put(unsigned char *bytes, uint32_t n, bool big_endian, uint64_t value)
{
	for (uint32_t i = 0; i < n; i++, value >>= 8)
		bytes[big_endian ? n - 1 - i : i] = (unsigned char)value;
}

/* Sizes that writers leave where they cannot come back to the header: none, all ones (ffmpeg), the highest that fit 31
 * bits (sox, arecord). */
static bool is_placeholder(uint64_t size, uint32_t bytes)
{
	if (bytes == SIZE_MAX_BYTES)
		return size == 0 || size > UINT64_MAX / 4;
	return size == 0 || size == 0x7ffff000 || size == 0x7fffffff || size == 0x80000000 || size >= 0xffffff00;
}

/* Whether a chunk stands here: then a sound chunk of no bytes before it is empty, and not of unknown length. */
static bool is_chunk(int fd, const struct form *form, uint64_t offset, uint64_t end)
{
	unsigned char head[ID_MAX + SIZE_MAX_BYTES];
	uint32_t n = form->id_bytes + form->size_bytes;
	if (!read_at(fd, offset, head, n))
		return false;
	for (int i = 0; i < 4; i++)
		if (!isalnum(head[i]) && head[i] != ' ')
			return false;
	return get(head + form->id_bytes, form->size_bytes, form->big_endian) <= end - offset;
}

static void found_sound(int fd, struct container *c, const struct form *form, uint64_t at, uint64_t size, uint64_t end)
{
	uint64_t head = form->id_bytes + form->size_bytes, start = at + head, overhead = form->inclusive ? head : 0;
	uint64_t behind = end > start ? end - start : 0, told = size >= overhead ? size - overhead : 0;
	bool stands_in = is_placeholder(size, form->size_bytes) || (form->skip && size - form->skip == 0x7f000000);
	bool unknown = stands_in && !(size == 0 && is_chunk(fd, form, start, end));
	if (unknown || told > behind) {
		uint64_t now = behind + overhead;
		if (form->size_bytes == 4 && now > UINT32_MAX)
			now = UINT32_MAX;
		c->patch_offset = at + form->id_bytes;
		c->patch_size = form->size_bytes;
		put(c->patch, form->size_bytes, form->big_endian, now);
	}
	c->promised = unknown || told < form->skip ? 0 : told - form->skip;
	c->present = behind < form->skip ? 0 : behind - form->skip;
	if (c->promised && c->present > c->promised)
		c->present = c->promised;
}

static void scan_chunks(int fd, struct container *c, const struct form *form, uint64_t end)
{
	uint64_t at = form->header, long_size = 0, head = form->id_bytes + form->size_bytes;
	for (int i = 0; i < CHUNKS_MAX && at + head <= end; i++) {
		unsigned char bytes[ID_MAX + SIZE_MAX_BYTES], ds64[2 * SIZE_MAX_BYTES];
		if (!read_at(fd, at, bytes, head))
			return;
		uint64_t size = get(bytes + form->id_bytes, form->size_bytes, form->big_endian);
		if (memcmp(bytes, "ds64", 4) == 0 && read_at(fd, at + head, ds64, sizeof ds64))
			long_size = get(ds64 + SIZE_MAX_BYTES, SIZE_MAX_BYTES, false);
		if (memcmp(bytes, form->sound, 4) == 0) {
			if (long_size && size == UINT32_MAX) {
				/* The 64-bit size counts; libsndfile looks at what is there by itself. */
				uint64_t behind = end - at - head;
				c->promised = long_size;
				c->present = behind < long_size ? behind : long_size;
			} else {
				found_sound(fd, c, form, at, size, end);
			}
			return;
		}
		uint64_t whole = form->inclusive ? size : head + size;
		whole += (form->alignment - whole % form->alignment) % form->alignment;
		if (whole < head || whole > end - at)
			return;
		at += whole;
	}
}

/* Sun and NeXT: where the sound starts, and how many bytes it has. */
static void scan_au(int fd, struct container *c, uint64_t end)
{
	enum { AT = 4, WORD = 4 };
	unsigned char bytes[2 * WORD];
	if (!read_at(fd, AT, bytes, sizeof bytes))
		return;
	uint64_t start = get(bytes, WORD, true), size = get(bytes + WORD, WORD, true);
	uint64_t behind = end > start ? end - start : 0;
	c->promised = is_placeholder(size, WORD) ? 0 : size;
	c->present = c->promised && behind > size ? size : behind;
}

/* STREAMINFO is the first block: 36 bits of frames at 21 1/2 bytes. libsndfile reads no further than they say, so it is
 * told that they are unknown. */
static void scan_flac(int fd, struct container *c)
{
	enum { AT = 21, BYTES = 5 };
	unsigned char bytes[BYTES];
	if (!read_at(fd, AT, bytes, BYTES))
		return;
	c->promised_frames = get(bytes, BYTES, true) & 0xfffffffffu;
	c->patch_offset = AT;
	c->patch_size = BYTES;
	c->patch[0] = bytes[0] & 0xf0;
}

/* MPEG 1 or 2, layer III: the first frame may hold no sound but the number of bytes from there on ("Xing", or "Info"
 * where the bit rate is constant). ID3v2 before it is passed over. */
static void scan_mpeg(int fd, struct container *c, uint64_t end)
{
	enum { ID3_HEADER = 10, HAS_FRAMES = 1, HAS_BYTES = 2, MPEG_1 = 8, MONO = 0xc0 };
	unsigned char b[64];
	uint64_t at = 0;
	if (!read_at(fd, 0, b, ID3_HEADER))
		return;
	if (memcmp(b, "ID3", 3) == 0)
		at = ID3_HEADER + ((uint64_t)b[6] << 21 | (uint64_t)b[7] << 14 | (uint64_t)b[8] << 7 | b[9]);
	if (!read_at(fd, at, b, sizeof b) || b[0] != 0xff || (b[1] & 0xe6) != 0xe2)
		return;
	bool mono = (b[3] & MONO) == MONO;
	uint32_t side = b[1] & MPEG_1 ? (mono ? 17 : 32) : (mono ? 9 : 17);
	const unsigned char *tag = b + 4 + side;
	if ((memcmp(tag, "Xing", 4) != 0 && memcmp(tag, "Info", 4) != 0) || !(tag[7] & HAS_BYTES))
		return;
	c->promised = get(tag + 8 + (tag[7] & HAS_FRAMES ? 4 : 0), 4, true);
	c->present = end - at < c->promised ? end - at : c->promised;
}

void container_scan(int fd, struct container *c)
{
	struct stat s;
	char magic[4];
	*c = (struct container){ 0 };
	if (fstat(fd, &s) != 0 || !read_at(fd, 0, magic, sizeof magic))
		return;
	if (memcmp(magic, "fLaC", 4) == 0)
		scan_flac(fd, c);
	if (memcmp(magic, "ID3", 3) == 0 || (unsigned char)magic[0] == 0xff)
		scan_mpeg(fd, c, (uint64_t)s.st_size);
	if (memcmp(magic, ".snd", 4) == 0)
		scan_au(fd, c, (uint64_t)s.st_size);
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (memcmp(magic, forms[i].magic, 4) == 0)
			scan_chunks(fd, c, &forms[i], (uint64_t)s.st_size);
}
