package httptestkit

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui/uitest"
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

// CheckPage reports what no page of ours may have, whatever it shows: what uitest finds (broken references, controls without
// a name, anything inline), a frame that lacks language, title or heading, something from another host, a form without
// its token, a text without words.
func CheckPage(t testing.TB, what string, page []byte) {
	t.Helper()
	uitest.HTML(t, what, page)
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
	for _, name := range []string{"h1", "main"} {
		if n := len(Find(doc, name)); n != 1 {
			bad("%d %s", n, name)
		}
	}
	if m := unworded.Find(page); m != nil {
		bad("a text is missing: %s", m)
	}
	if bytes.Contains(page, []byte("ZgotmplZ")) {
		bad("html/template refused a value (ZgotmplZ)")
	}
	for _, n := range Find(doc, "img", "script", "link", "a", "form") {
		for _, a := range n.Attr {
			from := a.Key == "src" || a.Key == "href" && n.Data == "link"
			if from && (strings.HasPrefix(a.Val, "http") || strings.HasPrefix(a.Val, "//")) {
				bad("something from another host: %s", a.Val)
			}
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				bad("a javascript: address")
			}
		}
		if n.Data == "img" && !HasAttr(n, "alt") {
			bad("an image without alt: %s", Attr(n, "src"))
		}
	}
	for _, form := range Find(doc, "form") {
		checkForm(form, bad)
	}
}

func checkForm(form *html.Node, bad func(string, ...any)) {
	if !strings.EqualFold(Attr(form, "method"), "post") {
		return
	}
	inputs := Find(form, "input")
	away := strings.Contains(Attr(form, "action"), "://")
	if away && slices.ContainsFunc(inputs, func(n *html.Node) bool { return Attr(n, "name") == httpkit.TokenField }) {
		bad("the form to %s takes our token to another site", Attr(form, "action"))
	}
	if !away && (len(inputs) == 0 || Attr(inputs[0], "name") != httpkit.TokenField || len(Attr(inputs[0], "value")) < 40) {
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
