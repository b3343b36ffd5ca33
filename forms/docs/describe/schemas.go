package describe

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"samtjanst/forms"
)

// draft of the published schemas: the newest that the usual editors know well.
const draft = "http://json-schema.org/draft-07/schema#"

// object is a JSON object. Its keys are written sorted, so that the schemas change only when they mean something else.
type object = map[string]any

// values are the words that a key may have, and rules is what else its text must be.
func values() map[string][]any {
	widgets := []any{}
	for _, w := range forms.Widgets {
		widgets = append(widgets, w.Name)
	}
	return map[string][]any{
		"Meta.audience":        {"citizen", "staff"},
		"Meta.login":           {0, 2, 3, 4},
		"Class.k":              {0, 1, 2, 3, 4},
		"Class.r":              {0, 1, 2, 3, 4},
		"Class.t":              {0, 1, 2, 3, 4},
		"Column.type":          {"string", "integer", "boolean", "date", "time"},
		"Handover.protected":   {"exclude"},
		"Retention.from":       {"closed"},
		"Turn.does":            {"open", "sign", "decline", "hindered", "withdraw", "change", "paper", "remind", "replace", "go-on"},
		"DraftStep.policy":     policies(),
		"LayoutField.kind":     {"info", "warning", "stop"},
		"LayoutField.audience": {"own", "officer"},
		"LayoutField.widget":   widgets,
	}
}

func policies() []any {
	var out []any
	for _, kind := range forms.DraftPolicies {
		out = append(out, kind)
	}
	return out
}

const (
	date    = `^\d{4}-\d{2}-\d{2}$`
	pointer = `^/`
	version = `^[0-9a-f]{12,64}$`
)

func rules() map[string]string {
	return map[string]string{
		"Meta.id": `^[a-z][a-z0-9-]*$`, "Meta.own": pointer, "Party.contact": pointer, "Legal.from": date, "Legal.to": date,
		"Overview.opens": date, "Overview.lastDay": `^(\d{4}-)?\d{2}-\d{2}$`, "LayoutPage.id": `^[a-z0-9-]+$`, "LayoutField.pointer": pointer,
		"Scenario.today": date, "DraftStep.from": version, "DraftMove.from": pointer, "DraftMove.to": pointer,
	}
}

// Schemas gives the JSON Schema of every kind of file, by its name: "form.schema.json".
func Schemas(s *Source) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, f := range Files {
		g := &generator{source: s, defs: object{}, values: values(), rules: rules()}
		root := g.structure(f.Type)
		root["$schema"], root["title"], root["description"] = draft, f.File, f.About
		if len(f.Needed) > 0 {
			root["required"] = f.Needed
		}
		root["definitions"] = g.defs
		var err error
		if out[f.Name+Suffix], err = write(root); err != nil {
			return nil, err
		}
	}
	var err error
	out["text"+Suffix], err = write(textSchema())
	return out, err
}

// Suffix of the schemas' file names.
const Suffix = ".schema.json"

func write(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}

type generator struct {
	source *Source
	defs   object
	values map[string][]any
	rules  map[string]string
}

// structure is the schema of a struct: nothing but its keys.
func (g *generator) structure(t reflect.Type) object {
	one := g.source.Of(t)
	properties := object{}
	for _, k := range one.Keys {
		p := g.value(k.Type)
		at := one.Name + "." + k.Name
		if v := g.values[at]; v != nil {
			p = object{"enum": v}
		}
		if r := g.rules[at]; r != "" {
			p["pattern"] = r
		}
		if k.Doc != "" {
			if ref, ok := p["$ref"]; ok { // beside $ref nothing else counts in draft-07
				p = object{"allOf": []any{object{"$ref": ref}}}
			}
			p["description"] = k.Doc
		}
		properties[k.Name] = p
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false}
	if one.Doc != "" {
		out["description"] = one.Doc
	}
	return out
}

func (g *generator) value(t reflect.Type) object {
	if t == condition || t.Kind() == reflect.Pointer && t.Elem() == condition {
		return g.condition()
	}
	if t == tableRow {
		day := object{"type": "string", "pattern": date}
		return object{"type": "object", "description": "The days it holds, both counted, and its columns: texts, exact numbers, true and false.",
			"properties": object{"from": day, "to": day}, "additionalProperties": object{"type": []any{"string", "number", "boolean"}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return g.value(t.Elem())
	case reflect.Struct:
		if _, ok := g.defs[t.Name()]; !ok {
			g.defs[t.Name()] = true // ends a recursion
			g.defs[t.Name()] = g.structure(t)
		}
		ref := object{"$ref": "#/definitions/" + t.Name()}
		if reflect.PointerTo(t).Implements(short) { // one text is as good
			return object{"anyOf": []any{object{"type": "string"}, ref}}
		}
		return ref
	case reflect.Map:
		return object{"type": "object", "additionalProperties": g.value(t.Elem())}
	case reflect.Slice:
		return object{"type": "array", "items": g.value(t.Elem())}
	case reflect.String:
		return object{"type": []any{"string", "number"}} // a number is taken as it is written
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Interface:
		return object{}
	}
	panic(fmt.Sprintf("describe: a definition has no %s", t)) // the strict loader panics too
}

// condition is the static subset of JSON Schema, with pointers as keys.
func (g *generator) condition() object {
	ref := object{"$ref": "#/definitions/Condition"}
	if _, ok := g.defs["Condition"]; ok {
		return ref
	}
	properties := object{}
	for _, k := range forms.ConditionKeywords() {
		switch k {
		case "items", "contains", "not":
			properties[k] = ref
		case "allOf", "anyOf", "oneOf":
			properties[k] = object{"type": "array", "minItems": 1, "items": ref}
		case "properties":
			properties[k] = object{"type": "object", "additionalProperties": ref}
		case "required", "enum":
			properties[k] = object{"type": "array"}
		case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
			properties[k] = object{"type": "number"}
		case "minLength", "maxLength", "minItems", "maxItems":
			properties[k] = object{"type": "integer", "minimum": 0}
		case "pattern":
			properties[k] = object{"type": "string"}
		case "type":
			properties[k] = object{"type": []any{"string", "array"}}
		default:
			properties[k] = object{}
		}
	}
	g.defs["Condition"] = object{"type": "object", "properties": properties, "patternProperties": object{"^/": ref}, "additionalProperties": false,
		"minProperties": 1, "description": "A condition: {/answers/boende/typ: {const: vaxelvis}}. A key that begins with / is a place in the scope " +
			"(/answers, /facts, /computed, /actor, /settings, /row), and all that it says must hold."}
	return ref
}

// textSchema is for text/<language>.yaml, whose keys are those of the form's texts.
func textSchema() object {
	about := map[string]string{
		"form": "title, summary and category of form.yaml", "overview": "texts of overview in form.yaml; needs by number", "signing": "document and declare",
		"parties": "role → title", "decision": "outcomes: id → title", "pages": "page id → title, help, sections",
		"fields": "pointer or id → label, hint, help, notice, prefix, suffix, item, options, optionHints, messages",
	}
	properties := object{}
	for _, k := range slices.Sorted(maps.Keys(about)) {
		properties[k] = object{"description": about[k], "allOf": []any{object{"$ref": "#/definitions/texts"}}}
	}
	texts := object{"anyOf": []any{object{"type": []any{"string", "number"}},
		object{"type": "object", "additionalProperties": object{"$ref": "#/definitions/texts"}}}}
	return object{"$schema": draft, "title": "text/*.yaml", "type": "object", "properties": properties,
		"additionalProperties": object{"$ref": "#/definitions/texts"}, "definitions": object{"texts": texts},
		"description": "Translations of what stands in Swedish in the other files. samtjanst form lint tells which keys are missing."}
}
