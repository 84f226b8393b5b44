/* UTF-8 from untrusted sources. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/utf8.h"

#include <string.h>

size_t utf8_decode(const char *bytes, uint32_t *code)
{
	const unsigned char *text = (const unsigned char *)bytes;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = text[0] < 0x80   ? 1
			: text[0] < 0xc2 ? 0
			: text[0] < 0xe0 ? 2
			: text[0] < 0xf0 ? 3
			: text[0] < 0xf5 ? 4
					 : 0;
	if (length < 2)
		return *code = text[0], length;
	*code = text[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (text[i] & 0x3fu);
	}
	bool surrogate = *code >= 0xd800 && *code < 0xe000;
	return *code < least[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

bool utf8_printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	bool mark = (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
		    (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
	return !mark && !(code >= 0xe000 && code < 0xf900) && code < 0xe0000;
}

void utf8_copy(char *out, size_t size, const char *text)
{
	size_t used = 0;
	while (*text) {
		uint32_t code;
		size_t length = utf8_decode(text, &code);
		bool good = length && utf8_printable(code);
		size_t writes = good ? length : 1;
		if (used + writes + 1 > size)
			break;
		memcpy(out + used, good ? text : "?", writes);
		used += writes;
		text += length ? length : 1;
	}
	out[used] = '\0';
}
