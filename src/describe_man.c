/* lacquer describe --man: the manual page in the man(7) language, from the same tables as --help and describe. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "osc/server/router.h"
#include "osc/wire/report.h"
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "src/describe.h"
#include "src/describe_group.h"
#include "src/describe_level.h"
#include "src/subcommands.h"

#include <stdio.h>

/* Text that roff shows as it is: no escapes, no control lines, minus signs that can be copied. */
static void print_text(const char *text)
{
	if (*text == '.' || *text == '\'')
		printf("\\&");
	for (; *text; text++)
		if (*text == '\\')
			printf("\\e");
		else if (*text == '-')
			printf("\\-");
		else if (*text == '~' || *text == '^')
			printf(*text == '~' ? "\\(ti" : "\\(ha");
		else
			putchar(*text);
}

static void print_bold(const char *text)
{
	printf("\\fB");
	print_text(text);
	printf("\\fR");
}

static void print_line(const char *text)
{
	print_text(text);
	putchar('\n');
}

static void print_options(const struct subcommand *c)
{
	for (const struct cli_option *o = c->options; o->name; o++) {
		printf(".TP\n");
		if (o->letter)
			printf("\\fB\\-%c\\fR, ", o->letter);
		printf("\\fB\\-\\-");
		print_text(o->name);
		printf("\\fR");
		if (o->argument) {
			printf(" \\fI");
			print_text(o->argument);
			printf("\\fR");
		}
		putchar('\n');
		print_line(o->help);
	}
}

static void print_subcommands(void)
{
	printf(".SH SYNOPSIS\n");
	for (const struct subcommand *const *c = subcommands; *c; c++) {
		printf((*c)->implied ? "%s\\fBlacquer\\fR [\\fB%s\\fR] [\\fIOPTIONS\\fR] \\fI"
				     : "%s\\fBlacquer %s\\fR [\\fIOPTIONS\\fR] \\fI",
			c > subcommands ? ".br\n" : "", (*c)->name);
		print_text((*c)->operands);
		printf("\\fR\n");
	}
	printf(".SH DESCRIPTION\n"
	       "\\fBlacquer\\fR takes the stereo output of a DAW, runs it through a chain of mastering modules, and "
	       "gives "
	       "it\nback. A terminal UI and any OSC surface control it while it plays. Without a command it is "
	       "\\fBlacquer run\\fR.\n"
	       ".SH COMMANDS\nEvery command answers \\fB\\-\\-help\\fR; \\fBlacquer \\-\\-version\\fR prints the "
	       "version.\n");
	for (const struct subcommand *const *c = subcommands; *c; c++) {
		printf(".SS lacquer %s ", (*c)->name);
		print_line((*c)->operands);
		print_line((*c)->help);
		print_options(*c);
	}
}

static void print_rackfiles(void)
{
	printf(".SH RACK FILES\n"
	       "Plain text in UTF\\-8: one section a module, in the order of the chain, made to be edited by hand and "
	       "kept in git.\n.PP\n.nf\n.RS\n"
	       "# Streaming master\n[rack]\nformat = 1\ntitle = Streaming\n\n"
	       "[eq]                  # the slot's id is its module's ...\nband1.type = highpass\n"
	       "band1.freq = 24 Hz\n[eq air]              # ... or a name of your own\nband8.gain = 1\n"
	       "[limiter]\nceiling = \\-1 dBTP\n.RE\n.fi\n.PP\n"
	       "A key is the name of a parameter with dots for its slashes; a key that is missing means the default. "
	       "Units are\noptional, and \\(lq#\\(rq begins a comment anywhere. A bad value is refused with file and "
	       "line, and nothing of\nthe file is applied. A key or module that is not known is a warning and is kept. "
	       "Of a key that stands twice in\na section the later one counts, with a warning. Saving keeps comments, "
	       "order and spacing; a slot that was taken\nout takes along its section and the comments directly above "
	       "it.\n"
	       ".PP\nThe section [rack] knows \\fBformat\\fR (1), \\fBtitle\\fR, \\fBrate\\fR (the sample rate that the rack is "
	       "made for), \\fBbypass\\fR and \\fBbypass.match\\fR.\n");
}

static void print_rows(const struct param *rows, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct row_group g;
		if (!describe_group(rows, n, i, &g))
			continue;
		printf(".TP\n");
		print_bold(g.id);
		printf(" (");
		print_text(g.range);
		printf("; default ");
		print_text(g.defaults);
		printf(")\n");
		print_line(g.row->help);
	}
}

static void print_modules(void)
{
	printf(".SH MODULES\n");
	for (uint32_t i = 0; i < registry_count(); i++) {
		const struct module *m = registry_at(i);
		printf(".SS %s\n", m->id);
		print_line(m->help);
		print_rows(m->params, m->n_params);
		for (uint32_t k = 0; k < m->n_meters; k++) {
			printf(".TP\nmeter ");
			print_bold(m->meters[k].id);
			putchar('\n');
			print_line(m->meters[k].help);
		}
	}
	printf(".SS Every slot\nBeside the parameters of its module every slot has these.\n");
	print_rows(host_params, N_HOST_PARAMS);
}

static void print_levels(void)
{
	const struct analyser *analyser;
	printf(".SH LEVELS\nThe addresses are /meter/in/, /meter/out/ or /meter/processed/ (what the slots make, before bypass\n"
	       "and match) and the name.\n");
	for (uint32_t i = 0; (analyser = analysers_at(i)); i++) {
		char taps[80], text[200];
		describe_taps(analyser, taps, sizeof taps);
		for (uint32_t k = 0; k < analyser->n_rows; k++) {
			const struct level *row = &analyser->rows[k];
			describe_level(row, text, sizeof text);
			printf(".TP\n");
			print_bold(row->id);
			printf(" (");
			print_text(taps);
			printf("; ");
			print_text(text);
			printf(")\n");
			print_line(row->help);
		}
	}
}

static void print_map(void)
{
	const struct route *route;
	printf(".SH OSC\n"
	       "UDP on port 3345, loopback unless told otherwise, and a local datagram socket. Numbers and switches "
	       "may "
	       "come as\nany of i f d h T F, choices as s. An address without arguments is a question, answered at the "
	       "same address.\nWhat cannot be done is answered with /error s:address s:reason and changes nothing; a "
	       "value out of range is\nclamped, and the real value answered.\n");
	for (size_t i = 0; (route = router_at(i)); i++) {
		printf(".TP\n");
		print_bold(route->address);
		printf(*route->arguments ? " " : "");
		print_text(route->arguments);
		printf("%s\n", route->flags & ROUTE_LOCAL ? " (local socket only)" : "");
		print_line(route->help);
	}
}

static void print_reports(void)
{
	printf(".SS Pairs of /info and /status\n");
	for (size_t i = 0; i < report_n_rows; i++) {
		const struct report_row *row = &report_rows[i];
		char text[300];
		report_describe(row, text, sizeof text);
		printf(".TP\n");
		print_bold(row->name);
		printf(" (%s%s%s)\n", row->info ? "/info" : "", row->info && row->status ? ", " : "",
			row->status ? "/status" : "");
		print_line(text);
	}
}

static void print_rest(void)
{
	printf(".SH EXIT STATUS\n"
	       ".TP\n\\fB%d\\fR\nDone.\n.TP\n\\fB%d\\fR\nThe work failed.\n.TP\n\\fB%d\\fR\nWrong usage; nothing was "
	       "done.\n.TP\n\\fB%d\\fR\nNo JACK server.\n.TP\n\\fB%d\\fR\nA rack file that cannot be used.\n.TP\n\\fB%d\\fR\nA check did not "
	       "pass.\n",
		EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_NO_SERVER, EXIT_BAD_RACK, EXIT_NOT_PASSED);
	printf(".SH SIGNALS\nOf a running rack.\n.TP\nSIGHUP\nReads the rack file that was named at the start again and "
	       "glides there in half a second; a file with errors is logged and changes nothing.\n"
	       ".TP\nSIGUSR1\nSaves the state now.\n.TP\nSIGTERM, SIGINT\nFades out, saves and ends.\n");
	printf(".SH FILES\n.TP\n\\fI$XDG_CONFIG_HOME/lacquer/racks/NAME.rack\\fR\nPresets of one's own "
	       "(~/.config where the variable is not set).\n.TP\n\\fI");
	print_text(LACQUER_SHARE "/racks/NAME.rack");
	printf("\\fR\nFactory presets.\n"
	       ".TP\n\\fI$XDG_STATE_HOME/lacquer\\fR\nThe last state (~/.local/state where the variable is not set), and in NAME.log what a rack says\n"
	       "behind its terminal UI; without one it says it on standard error.\n"
	       ".TP\n\\fI$XDG_RUNTIME_DIR/lacquer\\fR\nLocal sockets (/tmp/lacquer\\-UID where the variable is not "
	       "set).\n"
	       ".SH EXAMPLES\n.TP\nHost a preset, connected to the DAW and the sound card:\n"
	       "lacquer \\-i daw:out_L,daw:out_R \\-o system:playback_1,system:playback_2 streaming\n"
	       ".TP\nOn a box without a screen, controlled from the local network:\n"
	       "lacquer run \\-H \\-w \\-\\-osc\\-bind 0.0.0.0 \\-\\-osc\\-allow 192.168.1.0/24 streaming\n"
	       ".TP\nThe same rack over a file, offline:\nlacquer render streaming mix.wav master.wav\n"
	       ".TP\nTurn the limiter's ceiling down while it plays:\nlacquer set /rack/limiter/ceiling \\-1.5\n"
	       ".SH SEE ALSO\n\\fBjackd\\fR(1), \\fBoscsend\\fR(1)\n");
}

void describe_man(void)
{
	printf(".\\\" Made by 'lacquer describe --man' from the program's tables.\n"
	       ".TH LACQUER 1 \"\" \"lacquer " LACQUER_VERSION "\"\n"
	       ".SH NAME\nlacquer \\- real\\-time mastering rack for JACK\n");
	print_subcommands();
	print_rackfiles();
	print_modules();
	print_levels();
	print_map();
	print_reports();
	print_rest();
}
