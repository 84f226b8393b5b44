/* Joins the rows of the server's files and finds the one that an address fits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"

#include <string.h>

#define ROUTES(file) extern const struct route file##_routes[];
#include "osc/server/routes.def"
#undef ROUTES

#define ROUTES(file) file##_routes,
static const struct route *const files[] = {
#include "osc/server/routes.def"
};
#undef ROUTES

enum { N_FILES = sizeof files / sizeof files[0] };

const struct route *router_at(size_t index)
{
	for (size_t i = 0; i < N_FILES; i++)
		for (const struct route *route = files[i]; route->address; route++)
			if (index-- == 0)
				return route;
	return NULL;
}

/* Whether the address has the form of a route, whose first part is no <part>. */
static bool fits(const char *form, const char *address)
{
	if (address[0] != '/' || address[1] != form[1])
		return false;
	while (*form == '/' && *address == '/') {
		size_t wanted = strcspn(++form, "/"), part = strcspn(++address, "/");
		bool any = *form == '<', rest = any && form[wanted - 2] == '.';
		if (part == 0 || (!any && (wanted != part || memcmp(form, address, part) != 0)))
			return false;
		if (rest)
			return true;
		form += wanted;
		address += part;
	}
	return *form == *address;
}

const struct route *router_find(const char *address)
{
	for (size_t i = 0; i < N_FILES; i++)
		for (const struct route *route = files[i]; route->address; route++)
			if (fits(route->address, address))
				return route;
	return NULL;
}
