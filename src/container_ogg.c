/* Whether an Ogg file is whole. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/container.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 3533, 6: a page has a header of 27 bytes, up to 255 lengths of segments, and those. */
enum { HEADER = 27, SEGMENTS_MAX = 255, PAGE_MAX = HEADER + SEGMENTS_MAX + SEGMENTS_MAX * 255, STREAMS_MAX = 16 };
enum { FLAGS_AT = 5, SERIAL_AT = 14, NUMBER_AT = 18, CHECKSUM_AT = 22, COUNT_AT = 26, LAST_PAGE = 4 };

struct streams {
	uint32_t n;
	struct {
		uint32_t serial, number;
		bool ended;
	} list[STREAMS_MAX];
};

static uint32_t word(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* CRC-32 of polynomial 0x04c11db7, neither mirrored nor inverted, with the checksum's own place as zeros. */
static uint32_t checksum(const unsigned char *page, size_t n, const uint32_t table[256])
{
	uint32_t crc = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = i >= CHECKSUM_AT && i < CHECKSUM_AT + 4 ? 0 : page[i];
		crc = crc << 8 ^ table[crc >> 24 ^ byte];
	}
	return crc;
}

static void make_table(uint32_t table[256])
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t r = i << 24;
		for (int bit = 0; bit < 8; bit++)
			r = r & 0x80000000u ? r << 1 ^ 0x04c11db7u : r << 1;
		table[i] = r;
	}
}

/* Bytes of the page at the start of these; 0: none starts here, or it goes on behind them. */
static size_t page_length(const unsigned char *bytes, size_t n)
{
	if (n < HEADER || memcmp(bytes, "OggS", 4) != 0 || n < HEADER + (size_t)bytes[COUNT_AT])
		return 0;
	size_t length = HEADER + (size_t)bytes[COUNT_AT];
	for (int i = 0; i < bytes[COUNT_AT]; i++)
		length += bytes[HEADER + i];
	return length <= n ? length : 0;
}

/* The page's stream; false where a page before it is missing. */
static bool follows(struct streams *streams, const unsigned char *page)
{
	uint32_t serial = word(page + SERIAL_AT), number = word(page + NUMBER_AT), i = 0;
	while (i < streams->n && streams->list[i].serial != serial)
		i++;
	if (i == STREAMS_MAX)
		return true;
	bool right = i == streams->n || number == streams->list[i].number + 1;
	streams->n += i == streams->n;
	streams->list[i].serial = serial;
	streams->list[i].number = number;
	streams->list[i].ended = page[FLAGS_AT] & LAST_PAGE;
	return right;
}

static enum status check_end(const struct streams *streams, uint64_t end, struct reason *reason)
{
	for (uint32_t i = 0; i < streams->n; i++)
		if (!streams->list[i].ended)
			return reason_set(reason, STATUS_BAD_VALUE,
				"damaged: the last page of the Ogg stream is missing; the file ends at byte %" PRIu64,
				end);
	return STATUS_OK;
}

enum status container_check_ogg(int fd, struct reason *reason)
{
	unsigned char page[PAGE_MAX];
	uint32_t table[256];
	struct streams streams = { 0 };
	struct stat s;
	if (fstat(fd, &s) != 0 || pread(fd, page, 4, 0) != 4 || memcmp(page, "OggS", 4) != 0)
		return STATUS_OK;
	make_table(table);
	uint64_t at = 0, end = (uint64_t)s.st_size;
	while (at < end) {
		ssize_t n = pread(fd, page, sizeof page, (off_t)at);
		size_t length = n > 0 ? page_length(page, (size_t)n) : 0, used = 0;
		if (n < 0)
			return STATUS_OK; /* the reader meets it too */
		for (; length; length = page_length(page + used, (size_t)n - used)) {
			if (checksum(page + used, length, table) != word(page + used + CHECKSUM_AT))
				break;
			if (!follows(&streams, page + used))
				return reason_set(reason, STATUS_BAD_VALUE,
					"damaged: Ogg pages are missing before byte %" PRIu64 " of %" PRIu64, at + used,
					end);
			used += length;
		}
		at += used;
		if (!used || length)
			return reason_set(reason, STATUS_BAD_VALUE,
				"damaged: the Ogg page at byte %" PRIu64 " of %" PRIu64 " is %s", at, end,
				length ? "not what its checksum says" : "cut short, or none");
	}
	return check_end(&streams, end, reason);
}
