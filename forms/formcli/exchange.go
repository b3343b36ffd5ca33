package formcli

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/bundle"
	"samtjanst/platform/fault"
)

// Export runs form export: a folder as one JSON document, or as a zip when FILE ends in .zip. Without FILE the JSON comes on stdout.
func Export(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("samtjanst form export", flag.ContinueOnError)
	flags.SetOutput(stderr)
	to := flags.String("o", "", "`FILE` to write, ending in .json or .zip; stdout when absent")
	rest, ok := mixed(flags, args)
	suffix := strings.ToLower(filepath.Ext(*to))
	if !ok || len(rest) != 1 || (*to != "" && suffix != ".json" && suffix != ".zip") {
		if ok {
			fmt.Fprintln(stderr, "samtjanst form export DIR [-o FILE.json|FILE.zip]")
		}
		return Usage
	}
	files, err := bundle.ReadFolder(rest[0])
	if errors.Is(err, fault.NotFound) {
		fmt.Fprintf(stderr, "%s: no form here (a form has %s)\n", rest[0], forms.FormFile)
		return Usage
	}
	if err != nil {
		return failed(stderr, "export", err)
	}
	var out bytes.Buffer
	if suffix == ".zip" {
		err = bundle.Zip(&out, files)
	} else {
		def, diags := files.Load()
		if def == nil {
			return tell(stderr, rest[0], diags)
		}
		out.Write(forms.Encode(def))
	}
	if err == nil && *to == "" {
		_, err = stdout.Write(out.Bytes())
	} else if err == nil {
		err = os.WriteFile(*to, out.Bytes(), 0o644)
	}
	if err != nil {
		return failed(stderr, "export", err)
	}
	return Well
}

// Import runs form import: a folder from what Export wrote. It never writes into a folder that has something in it.
func Import(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("samtjanst form import", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rest, ok := mixed(flags, args)
	if !ok || len(rest) != 2 {
		if ok {
			fmt.Fprintln(stderr, "samtjanst form import FILE.json|FILE.zip DIR")
		}
		return Usage
	}
	from, to := rest[0], rest[1]
	files, err := readFile(from)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(stderr, "%s: no such file\n", from)
		return Usage
	}
	if err != nil {
		return failed(stderr, "import", fmt.Errorf("%s: %w", from, cause(err)))
	}
	if err := bundle.WriteFolder(to, files); err != nil {
		return failed(stderr, "import", err)
	}
	fmt.Fprintf(stdout, "%s has %d files\n", to, len(files))
	if _, diags := files.Load(); len(diags) > 0 { // a zip is kept as it is, mistakes and all
		return tell(stderr, to, diags)
	}
	return Well
}

// readFile reads an exported form.
func readFile(name string) (bundle.Files, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, bundle.MaxTotal+1))
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(raw, []byte("PK")) {
		return bundle.Unzip(raw)
	}
	def, err := forms.DecodeDefinition(raw)
	if err != nil {
		return nil, err
	}
	return bundle.FilesOf(def)
}

// tell prints diagnostics as lint does.
func tell(stderr io.Writer, dir string, diags []forms.Diagnostic) int {
	for _, d := range diags {
		d.File = filepath.Join(dir, d.File)
		fmt.Fprintln(stderr, d)
	}
	return Mend
}

// cause is an error without the operations it passed.
func cause(err error) error {
	var f *fault.Error
	for errors.As(err, &f) && f.Err != nil {
		err = f.Err
	}
	return err
}
