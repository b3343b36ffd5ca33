package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// ParseYAML reads one YAML document of plain values: anchors, aliases, merge keys, tags and several documents are refused, since
// a definition must read the same to everybody who opens it (and an alias can make a small file enormous).
func ParseYAML(raw []byte) (*Node, error) {
	if len(raw) > MaxBytes {
		return nil, &Error{Line: 1, Column: 1, What: "the file is larger than 2 MB", Mend: "split the form or remove what is not text"}
	}
	if !utf8.Valid(raw) {
		return nil, &Error{Line: 1, Column: 1, What: "the file is not UTF-8", Mend: "save it as UTF-8"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return &Node{Kind: Object, Line: 1, Column: 1}, nil
	} else if err != nil {
		return nil, yamlError(err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, &Error{Line: 1, Column: 1, What: "the file has more than one YAML document", Mend: "remove the line ---"}
	}
	return convert(doc.Content[0], 0)
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// yamlError finds the line of a syntax error. The scanner has no typed errors, and its text is shown to authors only; nothing is
// decided by it.
func yamlError(err error) error {
	line := 1
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return &Error{Line: line, Column: 1, What: "not valid YAML: " + strings.TrimPrefix(err.Error(), "yaml: "),
		Mend: "check indentation, and put quotes around texts with “: ”, “#” or, within {}, “?” in them"}
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)

func convert(y *yaml.Node, depth int) (*Node, error) {
	n := &Node{Line: y.Line, Column: y.Column}
	if depth > MaxDepth {
		return nil, n.At("nest less deeply", "nested deeper than 64 levels")
	}
	if y.Kind == yaml.AliasNode || y.Anchor != "" {
		return nil, n.At("write the value out", "anchors and aliases (& and *) are not used in definitions")
	}
	switch y.Kind {
	case yaml.MappingNode:
		n.Kind = Object
		have := map[string]bool{}
		for i := 0; i+1 < len(y.Content); i += 2 {
			k, v := y.Content[i], y.Content[i+1]
			at := &Node{Line: k.Line, Column: k.Column}
			if k.Kind != yaml.ScalarNode || k.Tag == "!!merge" || k.Anchor != "" {
				return nil, at.At("write a plain word", "a key must be a plain text")
			}
			if have[k.Value] {
				return nil, at.At("keep one of them", "the key %s stands twice", quote(k.Value))
			}
			have[k.Value] = true
			value, err := convert(v, depth+1)
			if err != nil {
				return nil, err
			}
			n.Keys = append(n.Keys, Key{Name: k.Value, Value: value, Line: k.Line, Column: k.Column})
		}
	case yaml.SequenceNode:
		n.Kind = Array
		for _, e := range y.Content {
			item, err := convert(e, depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, item)
		}
	case yaml.ScalarNode:
		return n, scalar(n, y)
	default:
		return nil, n.At("write a plain value", "this kind of YAML value is not used in definitions")
	}
	return n, nil
}

func scalar(n *Node, y *yaml.Node) error {
	n.Text = y.Value
	switch y.Tag {
	case "!!null":
		n.Kind, n.Text = Null, ""
	case "!!bool":
		n.Kind, n.Text = Bool, strings.ToLower(y.Value)
	case "!!int", "!!float":
		if !jsonNumber.MatchString(y.Value) {
			return n.At("put quotes around it if it is a text", "%s is not a plain decimal number", quote(y.Value))
		}
		n.Kind = Number
	case "!!str", "!!timestamp":
		n.Kind = String
	default:
		return n.At("remove the tag", "the tag %s is not used in definitions", y.Tag)
	}
	return nil
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}
