package formcli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"samtjanst/forms"
	"samtjanst/forms/bundle"
	"samtjanst/forms/diff"
	"samtjanst/platform/fault"
)

// Diff runs form diff A B: what changed from A to B, folders or exported files, and what it means for open drafts. Well
// is when B could be published in place of A as it is: the change is safe for them, or B says what becomes of them.
func Diff(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("samtjanst form diff", flag.ContinueOnError)
	flags.SetOutput(stderr)
	format := flags.String("format", "text", "text or json")
	rest, ok := mixed(flags, args)
	if !ok || len(rest) != 2 || (*format != "text" && *format != "json") {
		if ok {
			fmt.Fprintln(stderr, "samtjanst form diff [--format text|json] A B, folders or exported files")
		}
		return Usage
	}
	var both [2]*forms.Form
	for i, path := range rest {
		form, status := compiled(path, stderr)
		if form == nil {
			return status
		}
		both[i] = form
	}
	report := diff.Compare(both[0], both[1])
	write := report.Write
	if *format == "json" {
		write = report.WriteJSON
	}
	if err := write(stdout); err != nil {
		return failed(stderr, "diff", err)
	}
	if report.Decided() {
		return Well
	}
	return Mend
}

// compiled reads a form from a folder or an exported file. The status says why there is none; stderr has been told.
func compiled(path string, stderr io.Writer) (*forms.Form, int) {
	info, err := os.Stat(path)
	if err != nil {
		fmt.Fprintf(stderr, "%s: no such folder or file\n", path)
		return nil, Usage
	}
	read := readFile
	if info.IsDir() {
		read = bundle.ReadFolder
	}
	files, err := read(path)
	if errors.Is(err, fault.NotFound) {
		fmt.Fprintf(stderr, "%s: no form here (a form has %s)\n", path, forms.FormFile)
		return nil, Usage
	}
	if err != nil {
		return nil, failed(stderr, "diff", fmt.Errorf("%s: %w", path, cause(err)))
	}
	def, diags := files.Load()
	if def != nil {
		var form *forms.Form
		if form, diags = forms.Compile(def); form != nil {
			return form, Well
		}
	}
	return nil, tell(stderr, path, diags)
}
