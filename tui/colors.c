/* What things look like: attributes, and colours where they are wanted and there. No meaning is carried by them alone.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/colors.h"

static const struct {
	short color;
	attr_t with_color, without;
} looks[N_STYLES] = {
	[STYLE_PLAIN] = { -1, A_NORMAL, A_NORMAL },
	[STYLE_TITLE] = { -1, A_BOLD, A_BOLD },
	[STYLE_DIM] = { -1, A_DIM, A_NORMAL },
	[STYLE_CURSOR] = { -1, A_REVERSE, A_REVERSE },
	[STYLE_GOOD] = { COLOR_GREEN, A_NORMAL, A_NORMAL },
	[STYLE_WARN] = { COLOR_YELLOW, A_NORMAL, A_BOLD },
	[STYLE_BAD] = { COLOR_RED, A_BOLD, A_BOLD },
	[STYLE_MARK] = { COLOR_CYAN, A_NORMAL, A_BOLD },
};

void colors_start(bool color)
{
	/* Without colour all pairs stay pair 0, which has none. */
	if (!color || !has_colors() || start_color() == ERR)
		return;
	use_default_colors();
	for (int i = 1; i < N_STYLES; i++)
		init_pair((short)i, looks[i].color, -1);
}

/* COLOR_PAIRS is 0 until start_color. */
static bool colored(void)
{
	return COLOR_PAIRS > N_STYLES;
}

int colors_attr(enum style style)
{
	if (!colored())
		return (int)looks[style].without;
	return (int)(looks[style].with_color | (attr_t)COLOR_PAIR(style));
}

void colors_span(int y, int x, int columns, enum style style)
{
	if (columns > 0)
		mvchgat(y, x, columns, colored() ? looks[style].with_color : looks[style].without,
			colored() ? (short)style : 0, NULL);
}
