/* What the tests of the OSC server share: a server with a UDP and a local client, anew for each test. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_OSC_FIXTURE_H
#define TESTS_OSC_FIXTURE_H

#include "tests/unit/osc_rig.h"

static struct rig *rig;

static inline int setup(void **state)
{
	(void)state;
	rig = rig_new(false);
	return 0;
}

/* With an engine that the rig turns. */
static inline int setup_audio(void **state)
{
	(void)state;
	rig = rig_new(true);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	rig_free(rig);
	return 0;
}

#define SAY(CLIENT, ...) assert_int_equal(link_send((CLIENT)->link, __VA_ARGS__), STATUS_OK)
#define TEST(F) cmocka_unit_test_setup_teardown(F, setup, teardown)
#define TEST_AUDIO(F) cmocka_unit_test_setup_teardown(F, setup_audio, teardown)

static inline float value_of(const char *slot, const char *param)
{
	const struct rack *rack = control_rack(rig->control);
	int s = rack_find_slot(rack, slot), p = slot_find_param(&rack->slots[s], param);
	return control_value(rig->control, (uint32_t)s, (uint32_t)p);
}

/* For main(): runs them in folders of their own, which are removed at the end. */
#define OSC_FIXTURE_RUN(TESTS)                                                                                         \
	char folder[40], remove[80];                                                                                   \
	rig_folders(folder);                                                                                           \
	int failed = cmocka_run_group_tests(TESTS, NULL, NULL);                                                        \
	snprintf(remove, sizeof remove, "rm -rf '%s'", folder);                                                        \
	return system(remove) == 0 ? failed : 1

#endif
