package formcli

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"samtjanst/forms/docs"
)

// schemaFolder stands beside the forms that New makes; their files name it for editors.
const schemaFolder = ".schemas"

// Schemas runs form schemas: writes the JSON Schemas of a form's files, for editors to complete and check with.
func Schemas(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("samtjanst form schemas", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rest, ok := mixed(flags, args)
	if !ok || len(rest) != 1 {
		if ok {
			fmt.Fprintln(stderr, "samtjanst form schemas DIR")
		}
		return Usage
	}
	if err := writeSchemas(rest[0]); err != nil {
		return failed(stderr, "schemas", err)
	}
	fmt.Fprintf(stdout, "%s has the schemas. A file names its own in the first line:\n\n  # yaml-language-server: $schema=%s\n", rest[0], filepath.Join(rest[0], "form.schema.json"))
	return Well
}

func writeSchemas(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	names, err := fs.Glob(docs.Schemas, "schemas/*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		raw, err := docs.Schemas.ReadFile(name)
		if err != nil {
			return err
		}
		to := filepath.Join(dir, filepath.Base(name))
		if have, err := os.ReadFile(to); err == nil && bytes.Equal(have, raw) {
			continue
		}
		if err := os.WriteFile(to, raw, 0o644); err != nil {
			return err
		}
	}
	return nil
}
