package formcli

import (
	"bytes"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/bundle"
	"samtjanst/platform/fault"
)

// skeleton is a whole small form, kept to lint and its scenarios by a test. Its id is what a new form's name replaces.
//
//go:embed skeleton
var skeleton embed.FS

const skeletonID = "exempel-tjanst"

// name of a form: its folder, its id and a part of addresses.
var name = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

const maxName = 40

// New runs form new: a form that lint and its scenario are content with, to change into one's own.
func New(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("samtjanst form new", flag.ContinueOnError)
	flags.SetOutput(stderr)
	dir := flags.String("dir", ".", "`DIR` to make the form's folder in")
	rest, ok := mixed(flags, args)
	if !ok || len(rest) != 1 {
		if ok {
			fmt.Fprintln(stderr, "samtjanst form new NAME [--dir DIR]")
		}
		return Usage
	}
	id := rest[0]
	if !name.MatchString(id) || len(id) > maxName {
		fmt.Fprintf(stderr, "%q cannot be the name of a form: use lower-case letters a to z, digits and single hyphens, beginning with a letter, at most %d characters, such as ansok-om-bidrag\n", id, maxName)
		return Usage
	}
	files, err := newFiles(id)
	if err != nil {
		return failed(stderr, "new", err)
	}
	to := filepath.Join(*dir, id)
	if err := bundle.WriteFolder(to, files); err != nil {
		if errors.Is(err, fault.Exists) {
			fmt.Fprintf(stderr, "%s is there already: choose another name, or another --dir\n", to)
			return Mend
		}
		return failed(stderr, "new", err)
	}
	if err := writeSchemas(filepath.Join(*dir, schemaFolder)); err != nil {
		return failed(stderr, "new", err)
	}
	fmt.Fprintf(stdout, `%s is made. Go on with:

  samtjanst form lint %[1]s       what is wrong, and how to mend it
  samtjanst form test %[1]s       run its scenarios
  samtjanst form preview %[1]s    see it while you write

Its title, board and legal basis are an example's: begin with %[2]s.
`, to, filepath.Join(to, forms.FormFile))
	return Well
}

// newFiles is the skeleton under another name.
func newFiles(id string) (bundle.Files, error) {
	out := bundle.Files{}
	err := fs.WalkDir(skeleton, "skeleton", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := skeleton.ReadFile(path)
		out[strings.TrimPrefix(path, "skeleton/")] = bytes.ReplaceAll(raw, []byte(skeletonID), []byte(id))
		return err
	})
	return out, err
}

// mixed parses flags that may stand before and after the names. The flag set has told of what it does not know.
func mixed(flags *flag.FlagSet, args []string) (rest []string, ok bool) {
	for {
		if err := flags.Parse(args); err != nil {
			return nil, false
		}
		args = flags.Args()
		if len(args) == 0 {
			return rest, true
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// failed tells of what is no mistake in a form: a disk that is full, a folder that may not be read.
func failed(stderr io.Writer, command string, err error) int {
	fmt.Fprintf(stderr, "samtjanst form %s: %v\n", command, cause(err))
	return Mend
}
