package lint

import (
	"slices"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/internal/tree"
)

// Keywords of JSON Schema 2020-12 and draft-07 by what stands in them, with those of the platform.
var (
	keywordsOfSchemas = []string{"$defs", "definitions", "dependentSchemas", "dependencies", "patternProperties", "properties"} // by name
	keywordsOfSchema  = []string{"additionalItems", "additionalProperties", "allOf", "anyOf", "contains", "contentSchema", "else", "if", "items", "not", "oneOf",
		"prefixItems", "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties"} // one, or a list
	keywordsOfValues = []string{"$anchor", "$comment", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$ref", "$schema", "$vocabulary",
		"const", "contentEncoding", "contentMediaType", "default", "dependentRequired", "deprecated", "description", "enum", "examples",
		"exclusiveMaximum", "exclusiveMinimum", "format", "formatMaximum", "formatMinimum", "maxContains", "maximum", "maxItems", "maxLength", "maxProperties",
		"minContains", "minimum", "minItems", "minLength", "minProperties", "multipleOf", "pattern", "readOnly", "required", "title", "type", "uniqueItems",
		"writeOnly"}
	keywords = slices.Concat(keywordsOfSchemas, keywordsOfSchema, keywordsOfValues)
)

// keywords finds what is misspelt in schema.json. JSON Schema passes over keywords that it does not know, so a bound that is misspelt would
// hold for nobody. Notes of one's own begin with x-.
func (l *linter) keywords() {
	root, err := tree.ParseJSON(l.def.Schema)
	if err != nil {
		l.diags = append(l.diags, forms.DiagnosticOf(forms.SchemaFile, err))
		return
	}
	l.keywordsIn(root)
}

func (l *linter) keywordsIn(n *tree.Node) {
	for _, item := range n.Items {
		l.keywordsIn(item)
	}
	for _, k := range n.Keys {
		switch {
		case slices.Contains(keywordsOfSchemas, k.Name):
			for _, named := range k.Value.Keys {
				if named.Value.Kind == tree.Object { // dependencies may list names
					l.keywordsIn(named.Value)
				}
			}
		case slices.Contains(keywordsOfSchema, k.Name):
			l.keywordsIn(k.Value)
		case !slices.Contains(keywordsOfValues, k.Name) && !strings.HasPrefix(k.Name, "x-"):
			mend := "begin its name with x- if it is a note of your own"
			if near := tree.Nearest(k.Name, keywords); near != "" {
				mend = `did you mean "` + near + `"?`
			}
			l.diags = append(l.diags, forms.Diagnostic{File: forms.SchemaFile, Line: k.Line, Column: k.Column, What: `unknown keyword "` + k.Name + `"`, Mend: mend})
		}
	}
}
