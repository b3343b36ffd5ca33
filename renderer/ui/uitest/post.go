package uitest

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Posted gives what a browser would post of the forms on a page that nobody has touched, buttons aside: line breaks as CRLF, those in a
// one-line input lost, a list without a chosen option standing on its first.
func Posted(page []byte) (url.Values, error) {
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		return nil, err
	}
	out := url.Values{}
	for n := range doc.Descendants() {
		name, named := attr(n, "name")
		if _, off := attr(n, "disabled"); n.Type != html.ElementNode || !named || off {
			continue
		}
		name = crlf(name)
		value, _ := attr(n, "value")
		switch n.Data {
		case "textarea":
			out.Add(name, crlf(Text(n)))
		case "select":
			out.Add(name, crlf(selected(n)))
		case "input":
			kind, _ := attr(n, "type")
			_, checked := attr(n, "checked")
			switch kind {
			case "file", "submit", "button", "image", "reset":
			case "radio", "checkbox":
				if checked {
					out.Add(name, crlf(value))
				}
			case "hidden":
				out.Add(name, crlf(value))
			default:
				out.Add(name, strings.NewReplacer("\r", "", "\n", "").Replace(value))
			}
		}
	}
	return out, nil
}

func selected(n *html.Node) string {
	first, any := "", false
	for o := range n.Descendants() {
		if o.Type != html.ElementNode || o.Data != "option" {
			continue
		}
		value, _ := attr(o, "value")
		if _, ok := attr(o, "selected"); ok {
			return value
		}
		if !any {
			first, any = value, true
		}
	}
	return first
}

func crlf(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	return strings.ReplaceAll(s, "\n", "\r\n")
}
