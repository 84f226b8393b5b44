/* Text into a number of terminal columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/text.h"

#include <limits.h>
#include <string.h>
#include <wchar.h>

/* One character of text: its bytes and columns. *shown is what to print for it, as long as *n_shown. */
static size_t next(const char *text, bool ascii, const char **shown, size_t *n_shown, int *columns)
{
	if (*text >= ' ' && *text <= '~') {
		*shown = text;
		*n_shown = 1;
		*columns = 1;
		return 1;
	}
	wchar_t wide;
	mbstate_t state = { 0 };
	size_t bytes = mbrtowc(&wide, text, MB_LEN_MAX, &state);
	bool valid = bytes != (size_t)-1 && bytes != (size_t)-2;
	if (!valid)
		bytes = 1;
	*columns = valid ? wcwidth(wide) : -1;
	*shown = text;
	*n_shown = bytes;
	if (*columns < 0 || (ascii && (unsigned char)text[0] >= 0x80)) {
		*columns = 1;
		*shown = "?";
		*n_shown = 1;
	}
	return bytes;
}

int text_clip(char *out, size_t size, const char *text, int columns, bool ascii)
{
	size_t used = 0;
	int taken = 0;
	while (*text) {
		const char *shown;
		size_t n_shown;
		int width;
		size_t bytes = next(text, ascii, &shown, &n_shown, &width);
		if (taken + width > columns || used + n_shown + 1 > size)
			break;
		memcpy(out + used, shown, n_shown);
		used += n_shown;
		taken += width;
		text += bytes;
	}
	out[used] = '\0';
	return taken;
}

int text_cut(char *out, size_t size, const char *text, int columns, bool ascii)
{
	static const char mark[] = "\u2026";
	int wanted = text_columns(text, ascii);
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		wanted--;
	if (wanted <= columns || columns < TEXT_CUT_MIN || size < sizeof mark)
		return text_clip(out, size, text, columns, ascii);
	int taken = text_clip(out, size - sizeof mark + 1, text, columns - 1, ascii);
	strcat(out, ascii ? "~" : mark);
	return taken + 1;
}

void text_pad(char *out, size_t size, const char *text, int columns, bool ascii)
{
	int taken = text_cut(out, size, text, columns, ascii);
	size_t used = strlen(out);
	for (; taken < columns && used + 1 < size; taken++)
		out[used++] = ' ';
	out[used] = '\0';
}

int text_columns(const char *text, bool ascii)
{
	int taken = 0;
	while (*text) {
		const char *shown;
		size_t n_shown;
		int width;
		text += next(text, ascii, &shown, &n_shown, &width);
		taken += width;
	}
	return taken;
}
