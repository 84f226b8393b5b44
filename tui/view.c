/* The views of the terminal, as views.def lists them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tui/view.h"

#define VIEW(X) extern const struct view view_##X;
#include "tui/views.def"
#undef VIEW

const struct view *const views[] = {
#define VIEW(X) &view_##X,
#include "tui/views.def"
#undef VIEW
};
const size_t n_views = sizeof views / sizeof views[0];

const struct view *view_shown(const struct screen *s, const struct view *chosen)
{
	if (chosen && chosen->fits(s))
		return chosen;
	for (size_t i = 0; i < n_views; i++)
		if (views[i]->fits(s))
			return views[i];
	return views[n_views - 1];
}
