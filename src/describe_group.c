/* Rows of a table that differ by a number in their id only, as one line of a description: ids, range, defaults. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/describe_group.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { READ_DIGITS = 4 };

static void __attribute__((format(printf, 3, 4))) append(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list args;
	va_start(args, format);
	vsnprintf(text + used, size - used, format, args);
	va_end(args);
}

/* Whether two rows differ in the first number of their ids only, and not in what they mean; *number is that of the
 * second. */
static bool same_group(const struct param *row, const struct param *other, int *number)
{
	static const char digits[] = "0123456789";
	const char *a = row->id, *b = other->id;
	size_t stem = strcspn(a, digits);
	int found;
	if (!a[stem] || stem != strcspn(b, digits) || strncmp(a, b, stem) != 0 || sscanf(b + stem, "%d", &found) != 1 ||
		strcmp(a + stem + strspn(a + stem, digits), b + stem + strspn(b + stem, digits)) != 0)
		return false;
	if (strcmp(row->help, other->help) != 0)
		return false;
	*number = found;
	return true;
}

/* Exact where that is short; a half-power q is 0.7071 to a reader. */
static void append_value(char *text, size_t size, const struct param *row, float value)
{
	char exact[64];
	param_format_exact(row, value, exact, sizeof exact);
	if (row->scale != SCALE_CHOICE && strlen(exact) > READ_DIGITS + 3)
		snprintf(exact, sizeof exact, "%.*g", READ_DIGITS, (double)value);
	append(text, size, "%s", exact);
}

static void append_unit(char *text, size_t size, const struct param *row)
{
	if (row->scale != SCALE_TOGGLE && row->scale != SCALE_CHOICE && row->unit != UNIT_NONE)
		append(text, size, "%s%s", row->unit == UNIT_RATIO ? "" : " ", unit_text(row->unit));
}

static void describe_range(const struct param *row, char *text, size_t size)
{
	if (row->scale == SCALE_TOGGLE)
		append(text, size, "off, on");
	else if (row->scale == SCALE_CHOICE)
		for (int i = 0; i <= (int)row->max; i++)
			append(text, size, "%s%s", i ? ", " : "", row->choices[i]);
	else {
		append_value(text, size, row, row->min);
		append(text, size, " .. ");
		append_value(text, size, row, row->max);
		append_unit(text, size, row);
	}
}

static bool joins_earlier(const struct param *rows, uint32_t index)
{
	int number;
	for (uint32_t i = 0; i < index; i++)
		if (same_group(&rows[i], &rows[index], &number))
			return true;
	return false;
}

bool describe_group(const struct param *rows, uint32_t n, uint32_t index, struct row_group *group)
{
	if (joins_earlier(rows, index))
		return false;
	*group = (struct row_group){ .row = &rows[index] };
	const char *id = rows[index].id;
	int first = 0, last = 0;
	bool differ = false;
	same_group(&rows[index], &rows[index], &first);
	for (uint32_t i = index + 1; i < n; i++)
		if (same_group(&rows[index], &rows[i], &last))
			differ |= rows[i].def != rows[index].def;
	size_t stem = strcspn(id, "0123456789");
	if (last > first)
		append(group->id, sizeof group->id, "%.*s%d..%d%s", (int)stem, id, first, last,
			id + stem + strspn(id + stem, "0123456789"));
	else
		append(group->id, sizeof group->id, "%s", id);
	describe_range(group->row, group->range, sizeof group->range);
	for (uint32_t i = index; i < (differ ? n : index + 1); i++) {
		if (i > index && !same_group(&rows[index], &rows[i], &last))
			continue;
		append(group->defaults, sizeof group->defaults, i > index ? ", " : "");
		append_value(group->defaults, sizeof group->defaults, &rows[i], rows[i].def);
	}
	append_unit(group->defaults, sizeof group->defaults, group->row);
	return true;
}
