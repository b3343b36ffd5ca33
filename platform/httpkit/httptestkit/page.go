package httptestkit

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"samtjanst/platform/httpkit"
)

// Find gives every element below n with one of the names, in document order.
func Find(n *html.Node, names ...string) []*html.Node {
	var out []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && slices.Contains(names, d.Data) {
			out = append(out, d)
		}
	}
	return out
}

// Attr is an attribute's value, "" when absent.
func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// HasAttr reports whether an attribute is there at all.
func HasAttr(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// Text is the text of an element and all below it.
func Text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// unworded is what the catalogue gives for a key without a text.
var unworded = regexp.MustCompile(`\[[a-z]+(\.[a-z0-9-]+)+\]`)

// CheckPage reports what no page of ours may have, whatever it shows: HTML that the Content Security Policy would stop, controls without a
// name, broken references between elements, forms without a token, texts without words.
func CheckPage(t testing.TB, what string, page []byte) {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	bad := func(format string, args ...any) {
		t.Helper()
		t.Errorf(what+": "+format, args...)
	}
	if l := Find(doc, "html"); Attr(l[0], "lang") == "" {
		bad("no language")
	}
	if n := Find(doc, "title"); len(n) == 0 || strings.TrimSpace(Text(n[0])) == "" {
		bad("no title")
	}
	if n := len(Find(doc, "h1")); n != 1 {
		bad("%d h1", n)
	}
	if n := len(Find(doc, "main")); n != 1 {
		bad("%d main", n)
	}
	if m := unworded.Find(page); m != nil {
		bad("a text is missing: %s", m)
	}
	if bytes.Contains(page, []byte("ZgotmplZ")) {
		bad("html/template refused a value (ZgotmplZ)")
	}
	ids, labelled := map[string]int{}, map[string]bool{}
	for d := range doc.Descendants() {
		if d.Type != html.ElementNode {
			continue
		}
		if id := Attr(d, "id"); id != "" {
			ids[id]++
		}
		if d.Data == "label" {
			labelled[Attr(d, "for")] = true
		}
		checkInline(d, bad)
	}
	for id, n := range ids {
		if n > 1 {
			bad("id %q stands %d times", id, n)
		}
	}
	for d := range doc.Descendants() {
		if d.Type == html.ElementNode {
			checkReferences(d, ids, labelled, bad)
		}
	}
	for _, form := range Find(doc, "form") {
		checkForm(form, bad)
	}
}

func checkInline(d *html.Node, bad func(string, ...any)) {
	if d.Data == "style" || (d.Data == "script" && Attr(d, "src") == "" && Attr(d, "type") != "application/json") {
		bad("an inline <%s>", d.Data)
	}
	if d.Data == "img" && !HasAttr(d, "alt") {
		bad("an image without alt: %s", Attr(d, "src"))
	}
	for _, a := range d.Attr {
		switch {
		case a.Key == "style", strings.HasPrefix(a.Key, "on"):
			bad("an inline attribute %s on <%s>", a.Key, d.Data)
		case (a.Key == "href" || a.Key == "src" || a.Key == "action") && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"):
			bad("a javascript: address")
		case a.Key == "src" && (strings.HasPrefix(a.Val, "http") || strings.HasPrefix(a.Val, "//")):
			bad("something from another host: %s", a.Val)
		}
	}
}

func checkReferences(d *html.Node, ids map[string]int, labelled map[string]bool, bad func(string, ...any)) {
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "list", "form"} {
		for id := range strings.FieldsSeq(Attr(d, name)) {
			if ids[id] == 0 {
				bad("<%s %s=%q> names nothing", d.Data, name, id)
			}
		}
	}
	if href := Attr(d, "href"); d.Data == "a" && len(href) > 1 && href[0] == '#' && ids[href[1:]] == 0 {
		bad("a link to #%s, which is not there", href[1:])
	}
	switch d.Data {
	case "input", "select", "textarea":
		kind := Attr(d, "type")
		if kind == "hidden" || kind == "submit" {
			return
		}
		within := false
		for p := d.Parent; p != nil; p = p.Parent {
			within = within || p.Data == "label"
		}
		if !within && !labelled[Attr(d, "id")] && Attr(d, "aria-label") == "" && Attr(d, "aria-labelledby") == "" {
			bad("a control without a label: %s", Attr(d, "name"))
		}
	case "button":
		if strings.TrimSpace(Text(d)) == "" && Attr(d, "aria-label") == "" {
			bad("a button without a text")
		}
	}
}

func checkForm(form *html.Node, bad func(string, ...any)) {
	if !strings.EqualFold(Attr(form, "method"), "post") {
		return
	}
	inputs := Find(form, "input")
	if len(inputs) == 0 || Attr(inputs[0], "name") != httpkit.TokenField || len(Attr(inputs[0], "value")) < 40 {
		bad("the form to %s does not begin with its token", Attr(form, "action"))
	}
	if len(Find(form, "button")) == 0 {
		bad("the form to %s has no button", Attr(form, "action"))
	}
	hasFile := slices.ContainsFunc(inputs, func(n *html.Node) bool { return Attr(n, "type") == "file" })
	if hasFile && Attr(form, "enctype") != "multipart/form-data" {
		bad("the form to %s has files but not the enctype", Attr(form, "action"))
	}
}
