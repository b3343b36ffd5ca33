// Package formcli has the commands for authors of forms, all but preview and what renders pages: samtjanst form new, lint, test, export,
// import, diff and schemas. A PATH is a form's folder or a folder of them. Flags may stand before and after the names.
//
// Exit status 0: all is well; 1: there is something to mend, or for diff something that is not safe for open drafts and of which the form does not say
// what becomes of them; 2: the command, or
// what it was given, was not understood. What a person or a program asked for comes on stdout, everything else on stderr.
package formcli

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/journey"
	"samtjanst/forms/lint"
	"samtjanst/forms/scenario"
)

// Exit statuses.
const (
	Well  = 0
	Mend  = 1
	Usage = 2
)

// Lint runs form lint.
func Lint(o lint.Options, args []string, stdout, stderr io.Writer) int {
	folders, asJSON, ok := parse("lint", args, stderr)
	if !ok {
		return Usage
	}
	status := Well
	var all []forms.Diagnostic
	for _, dir := range folders {
		diags := lint.Folder(os.DirFS(dir), ".", o)
		if len(diags) > 0 {
			status = Mend
		}
		for _, d := range diags {
			d.File = filepath.Join(dir, d.File)
			all = append(all, d)
		}
	}
	write := lint.FormatText
	if asJSON {
		write = lint.FormatJSON
	}
	if err := write(stdout, "", all); err != nil {
		fmt.Fprintln(stderr, "form lint:", err)
		return Mend
	}
	if !asJSON {
		what := "forms"
		if len(folders) == 1 {
			what = "form"
		}
		fmt.Fprintf(stderr, "%d %s, %d to mend\n", len(folders), what, len(all))
	}
	return status
}

// Test runs form test without playing signings, which the results say.
func Test(args []string, stdout, stderr io.Writer) int { return TestBy(nil, args, stdout, stderr) }

// TestBy runs form test; signings are played by p.
func TestBy(p scenario.Player, args []string, stdout, stderr io.Writer) int {
	folders, asJSON, ok := parse("test", args, stderr)
	if !ok {
		return Usage
	}
	results, status := []scenario.Result{}, Well
	for _, dir := range folders {
		found, err := testFolder(dir, p)
		if err != nil {
			status = Mend
			if asJSON { // a program reads one thing
				results = append(results, scenario.Result{File: dir, Title: "the form cannot be tested", Diffs: strings.Split(err.Error(), "\n")})
			} else {
				fmt.Fprintln(stderr, err)
			}
		}
		for _, r := range found {
			r.File = filepath.Join(dir, r.File)
			results = append(results, r)
			if !r.Passed() {
				status = Mend
			}
		}
	}
	if asJSON {
		enc := json.NewEncoder(stdout)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(results); err != nil {
			fmt.Fprintln(stderr, "form test:", err)
			return Mend
		}
		return status
	}
	for _, r := range results {
		fmt.Fprintln(stdout, r)
	}
	return status
}

func testFolder(dir string, p scenario.Player) ([]scenario.Result, error) {
	fsys := os.DirFS(dir)
	def, diags := forms.Load(fsys, ".")
	var form *forms.Form
	if def != nil {
		form, diags = forms.Compile(def)
	}
	scenarios, more := scenario.Load(fsys, ".")
	diags = append(diags, more...)
	if len(diags) > 0 {
		var all []error
		for _, d := range diags {
			d.File = filepath.Join(dir, d.File)
			all = append(all, errors.New(d.String()))
		}
		return nil, errors.Join(all...)
	}
	graph, err := journey.New(form)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	if len(scenarios) == 0 {
		return nil, fmt.Errorf("%s: the form has no scenarios", dir)
	}
	var out []scenario.Result
	for _, s := range scenarios {
		out = append(out, scenario.Run(graph, s, p))
	}
	return out, nil
}

func parse(name string, args []string, stderr io.Writer) (folders []string, asJSON, ok bool) {
	flags := flag.NewFlagSet("samtjanst form "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	format := flags.String("format", "text", "text or json")
	paths, understood := mixed(flags, args)
	if !understood {
		return nil, false, false
	}
	if len(paths) == 0 || (*format != "text" && *format != "json") {
		fmt.Fprintf(stderr, "samtjanst form %s [--format text|json] PATH…\n", name)
		return nil, false, false
	}
	for _, path := range paths {
		found, err := Folders(path)
		if err != nil {
			fmt.Fprintln(stderr, err)
			return nil, false, false
		}
		folders = append(folders, found...)
	}
	return folders, *format == "json", true
}

// Folders finds the forms at a path: the path itself, or the folders in it.
func Folders(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("%s: no such folder", path)
	}
	isForm := func(dir string) bool {
		_, err := fs.Stat(os.DirFS(dir), forms.FormFile)
		return err == nil
	}
	if isForm(path) {
		return []string{path}, nil
	}
	var out []string
	for _, e := range entries {
		if dir := filepath.Join(path, e.Name()); e.IsDir() && isForm(dir) {
			out = append(out, dir)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no form here, and no folder with one (a form has %s)", path, forms.FormFile)
	}
	return out, nil
}
