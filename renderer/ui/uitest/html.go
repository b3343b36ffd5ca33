package uitest

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// HTML checks the structure of a page or a part of one: every id is there once, every reference to an id leads somewhere,
// every control has a label, a group of radios stands in a fieldset with a legend, and nothing is inline script or style
// (which the policy would refuse). Each fault is an error of the test.
func HTML(t testing.TB, name string, page []byte) {
	t.Helper()
	for _, fault := range Faults(page) {
		t.Errorf("%s: %s", name, fault)
	}
}

// Faults lists what HTML finds.
func Faults(page []byte) []string {
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		return []string{err.Error()}
	}
	c := &checker{ids: map[string]int{}, labels: map[string]bool{}}
	c.gather(doc)
	c.check(doc, nil)
	for id, n := range c.ids {
		if n > 1 {
			c.fault("id %q stands %d times", id, n)
		}
	}
	return c.faults
}

type checker struct {
	ids    map[string]int
	labels map[string]bool
	faults []string
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

func (c *checker) gather(n *html.Node) {
	if n.Type == html.ElementNode {
		if id, ok := attr(n, "id"); ok {
			c.ids[id]++
		}
		if target, ok := attr(n, "for"); ok && n.Data == "label" {
			if strings.TrimSpace(Text(n)) == "" {
				c.fault("the label of %q is empty", target)
			}
			c.labels[target] = true
		}
	}
	for e := n.FirstChild; e != nil; e = e.NextSibling {
		c.gather(e)
	}
}

func (c *checker) check(n *html.Node, fieldset *html.Node) {
	if n.Type == html.ElementNode {
		if n.Data == "fieldset" {
			fieldset = n
		}
		c.element(n, fieldset)
	}
	for e := n.FirstChild; e != nil; e = e.NextSibling {
		c.check(e, fieldset)
	}
}

func (c *checker) element(n, fieldset *html.Node) {
	for _, a := range n.Attr {
		switch {
		case a.Key == "style":
			c.fault("<%s> has inline style", n.Data)
		case strings.HasPrefix(a.Key, "on"):
			c.fault("<%s> has inline script: %s", n.Data, a.Key)
		case a.Key == "aria-describedby" || a.Key == "aria-labelledby" || a.Key == "aria-controls" || a.Key == "for" && n.Data == "label":
			for _, id := range strings.Fields(a.Val) {
				if c.ids[id] == 0 {
					c.fault("<%s> %s leads to %q, which is not there", n.Data, a.Key, id)
				}
			}
		case a.Key == "href" && len(a.Val) > 1 && a.Val[0] == '#' && c.ids[a.Val[1:]] == 0:
			c.fault("a link leads to %s, which is not there", a.Val)
		}
	}
	switch n.Data {
	case "style":
		c.fault("there is a <style>")
	case "script":
		if _, ok := attr(n, "src"); !ok {
			c.fault("there is inline script")
		}
	case "input", "select", "textarea":
		c.control(n, fieldset)
	case "button":
		if strings.TrimSpace(Text(n)) == "" {
			c.fault("a button has no text")
		}
	case "fieldset":
		if e := n.FirstChild; e == nil || e.Data != "legend" || strings.TrimSpace(Text(e)) == "" {
			c.fault("a fieldset has no legend")
		}
	}
}

func (c *checker) control(n, fieldset *html.Node) {
	kind, _ := attr(n, "type")
	if n.Data == "input" && (kind == "hidden" || kind == "submit") {
		return
	}
	if n.Data == "input" && (kind == "number" || kind == "email" || kind == "url") {
		c.fault("an input has type %s, which rewrites what is typed", kind)
	}
	id, _ := attr(n, "id")
	_, named := attr(n, "aria-label")
	within := n.Parent != nil && n.Parent.Data == "label" && strings.TrimSpace(Text(n.Parent)) != ""
	if !named && !within && !c.labels[id] {
		c.fault("<%s id=%q> has no label", n.Data, id)
	}
	if name, _ := attr(n, "name"); name == "" {
		c.fault("<%s id=%q> has no name", n.Data, id)
	}
	if kind == "radio" && fieldset == nil {
		c.fault("the radio %q stands in no fieldset", id)
	}
}

// Text gives the text of a node and all within it.
func Text(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for e := n.FirstChild; e != nil; e = e.NextSibling {
		b.WriteString(Text(e))
	}
	return b.String()
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}
