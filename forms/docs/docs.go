// Package docs has what is written for authors of forms: a tutorial, a reference, what becomes of hidden values, and the JSON
// Schemas that editors complete and check the files with. The reference and the schemas are made from the code by go generate;
// tests hold all of it to what the code does.
package docs

import "embed"

//go:generate go run ./generate

// Schemas are the JSON Schemas of the files of a form: schemas/form.schema.json …
//
//go:embed schemas/*.json
var Schemas embed.FS
