// Command generate writes the schemas and the reference anew. It runs in forms/docs.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"samtjanst/forms/docs/describe"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	source, err := describe.Read(filepath.Join("..", ".."))
	if err != nil {
		return err
	}
	schemas, err := describe.Schemas(source)
	if err != nil {
		return err
	}
	for name, raw := range schemas {
		if err := os.WriteFile(filepath.Join("schemas", name), raw, 0o644); err != nil {
			return err
		}
	}
	return os.WriteFile("reference.md", []byte(describe.Reference(source)), 0o644)
}
