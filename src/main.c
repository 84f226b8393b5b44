/* The program's start: which subcommand, and the two questions that belong to none. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/typo.h"
#include "rack/model/preset.h"
#include "src/subcommands.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void print_overview(void)
{
	puts("lacquer is a real-time mastering rack for JACK.\n\nUsage:");
	for (const struct subcommand *const *c = subcommands; *c; c++) {
		printf("  lacquer %-9s ", (*c)->name);
		if (strlen((*c)->operands) > 17)
			printf("%s\n%38s%s\n", (*c)->operands, "", (*c)->summary);
		else
			printf("%-17s %s\n", (*c)->operands, (*c)->summary);
	}
	printf("\nWithout a command it is '%s'. 'lacquer COMMAND --help' lists a command's options;\n"
	       "'lacquer --version' prints the version.\n",
		subcommand_implied()->name);
}

static bool is(const char *word, const char *letter, const char *name)
{
	return word && (strcmp(word, letter) == 0 || strcmp(word, name) == 0);
}

/* The command that a word was probably meant to be, when it is no rack either; else NULL. */
static const char *find_meant(const char *word)
{
	char path[PATH_MAX];
	if (preset_resolve(word, path, sizeof path, NULL) == STATUS_OK)
		return NULL;
	for (const struct subcommand *const *c = subcommands; *c; c++)
		if (typo_is_near(word, (*c)->name))
			return (*c)->name;
	return strcmp(word, "help") == 0 ? "--help" : NULL;
}

static int dispatch(int argc, char **argv)
{
	if (is(argv[1], "-h", "--help")) {
		print_overview();
		return EXIT_DONE;
	}
	if (is(argv[1], "-V", "--version")) {
		puts("lacquer " LACQUER_VERSION);
		return EXIT_DONE;
	}
	const struct subcommand *c = argc > 1 ? subcommand_find(argv[1]) : NULL;
	if (c)
		return c->main(argc - 1, argv + 1);
	const char *meant = argc > 1 ? find_meant(argv[1]) : NULL;
	if (!meant)
		return subcommand_implied()->main(argc, argv);
	options_error(argv[1], "no command and no rack (did you mean '%s'?)", meant);
	return EXIT_USAGE;
}

/* A standard descriptor that is closed would become that of the first file opened, and what is said would be written
 * into it. Reading and writing these fails as before. */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	hold_standard_descriptors();
	setlocale(LC_CTYPE, "");  /* for the terminal's characters; numbers stay as in C */
	signal(SIGXFSZ, SIG_IGN); /* a file that grows beyond a limit is an error of its write, not the end */
	int status = dispatch(argc, argv);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		options_error("standard output", "%s", strerror(errno));
		return status == EXIT_DONE ? EXIT_FAILED : status;
	}
	return status;
}
