/* Finds the parameter that an address means, and writes the address of a parameter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/wire/address.h"

#include <stdio.h>
#include <string.h>

static const char *const suffixes[N_FORMS] = { "", "/norm", "/str", "/info" };

const char *form_suffix(enum form form)
{
	return suffixes[form];
}

enum form form_split(char *address)
{
	char *last = strrchr(address, '/');
	for (int form = FORM_NORM; last && last > address && form < N_FORMS; form++)
		if (strcmp(last, suffixes[form]) == 0)
			return *last = '\0', (enum form)form;
	return FORM_VALUE;
}

static bool find_in_rack(const char *address, struct address_row *row)
{
	for (uint32_t i = 0; i < N_RACK_PARAMS; i++)
		if (strcmp(rack_params[i].id, address + 1) == 0)
			return row->slot = RACK_ITSELF, row->param = i, true;
	return false;
}

bool address_find_row(const struct rack *rack, const char *address, struct address_row *row, const char **missing)
{
	const char *nowhere = NULL;
	char text[ADDRESS_SIZE];
	missing = missing ? missing : &nowhere;
	*missing = "unknown address";
	if ((size_t)snprintf(text, sizeof text, "%s", address) >= sizeof text)
		return false;
	row->form = form_split(text);
	if (find_in_rack(text, row))
		return true;
	char *slot = text + strlen("/rack/"), *param;
	if (strncmp(text, "/rack/", strlen("/rack/")) != 0 || !(param = strchr(slot, '/')))
		return false;
	*param++ = '\0';
	int s = rack_find_slot(rack, slot);
	if (s < 0)
		return *missing = "unknown address: no such slot", false;
	int p = slot_find_param(&rack->slots[s], param);
	if (p < 0)
		return *missing = "unknown address: the slot has no such parameter", false;
	row->slot = (uint32_t)s;
	row->param = (uint32_t)p;
	return true;
}

void address_of_row(const struct rack *rack, uint32_t slot, uint32_t param, char address[ADDRESS_SIZE])
{
	if (slot == RACK_ITSELF)
		snprintf(address, ADDRESS_SIZE, "/%s", rack_params[param].id);
	else
		snprintf(address, ADDRESS_SIZE, "/rack/%s/%s", rack->slots[slot].id,
			slot_param(&rack->slots[slot], param)->id);
}

bool address_part(const char *address, int index, char *part, size_t size)
{
	for (; index >= 0 && *address == '/'; index--) {
		size_t length = strcspn(++address, "/");
		if (index == 0 && length > 0 && length < size) {
			memcpy(part, address, length);
			part[length] = '\0';
			return true;
		}
		address += length;
	}
	return false;
}
