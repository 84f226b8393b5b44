/* Fuzz target for rack files: any bytes are refused or printed back as they were, and edits survive writing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rackfile.h"
#include "rack/model/registry.h"
#include "tests/fuzz/fuzz_files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_rackfile: %s\n", what);
	abort();
}

static void count_warning(void *user, const char *place, const char *text)
{
	expect(strncmp(place, "fuzz", 4) == 0 && *text, "a warning without place or text");
	++*(unsigned *)user;
}

static bool same(const struct rack *a, const struct rack *b)
{
	bool all = strcmp(a->title, b->title) == 0 && a->n_slots == b->n_slots &&
		   memcmp(a->values, b->values, sizeof a->values) == 0;
	for (uint32_t i = 0; all && i < a->n_slots; i++) {
		all = strcmp(a->slots[i].id, b->slots[i].id) == 0 && a->slots[i].module == b->slots[i].module;
		for (uint32_t k = 0; all && k < slot_n_params(&a->slots[i]); k++)
			all = a->slots[i].values[k] == b->slots[i].values[k];
	}
	return all;
}

/* Edits that the bytes themselves choose. */
static void edit(struct rack *rack, const unsigned char *data, size_t size)
{
	for (size_t i = 0; i + 2 < size && i < 30; i += 3) {
		uint32_t slot = rack->n_slots ? data[i + 1] % rack->n_slots : 0;
		if (data[i] % 4 == 0)
			rack_insert(rack, data[i + 1], registry_at(data[i + 2] % registry_count()), NULL, NULL);
		else if (rack->n_slots == 0)
			continue;
		else if (data[i] % 4 == 1)
			rack_remove(rack, slot);
		else if (data[i] % 4 == 2)
			rack_move(rack, slot, data[i + 2]);
		else {
			uint32_t row = data[i + 2] % slot_n_params(&rack->slots[slot]);
			rack->slots[slot].values[row] =
				param_from_norm(slot_param(&rack->slots[slot], row), (float)data[i] / 255);
		}
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct rack rack, again;
	struct rackfile *file;
	struct reason reason = { "" };
	unsigned warnings = 0;
	if (rackfile_parse("fuzz", (const char *)data, size, &rack, &file, count_warning, &warnings, &reason) !=
		STATUS_OK) {
		expect(strncmp(reason.text, "fuzz:", 5) == 0, "an error without its place");
		return 0;
	}
	char *text = rackfile_print(&rack, file);
	expect(text && strlen(text) == size && memcmp(text, data, size) == 0, "printing does not give the same bytes");
	free(text);
	edit(&rack, data, size);
	text = rackfile_print(&rack, file);
	if (strlen(text) <= RACKFILE_SIZE_MAX) {
		expect(rackfile_parse("fuzz", text, strlen(text), &again, NULL, NULL, NULL, &reason) == STATUS_OK,
			reason.text);
#ifdef PLANTED_FAULT
		if (again.n_slots == 3)
			again.n_slots = 2;
#endif
		expect(same(&rack, &again), "an edited rack does not survive writing");
	}
	free(text);
	rackfile_free(file);
	return 0;
}

#ifndef WITH_LIBFUZZER
/* Without a fuzzer: runs the target over files, such as inputs that once failed. */
int main(int argc, char **argv)
{
	static unsigned char data[RACKFILE_SIZE_MAX + 2];
	return fuzz_files(argc, argv, data, sizeof data);
}
#endif
