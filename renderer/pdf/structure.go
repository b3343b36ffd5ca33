package pdf

import (
	"github.com/carlos7ags/folio/core"
)

// node is an element of the structure tree (ISO 32000-1 14.7).
type node struct {
	tag    string
	alt    string // for figures
	scope  string // TH: "Column" or "Row"
	number string // L: "Decimal" or "Disc"
	kids   []kid
}

// kid is a child element, a stretch of marked content, or an annotation.
type kid struct {
	node  *node
	page  int // of the marked content or annotation
	mcid  int
	annot *annotation
}

// child appends a new element.
func (n *node) child(tag string) *node {
	c := &node{tag: tag}
	n.kids = append(n.kids, kid{node: c})
	return c
}

// link makes the element of a link; it joins the tree when first drawn, so that it stands in its place among the text.
func (n *node) link() *node {
	if n == nil {
		return nil // measuring only
	}
	return &node{tag: "Link"}
}

// adopt makes c a child of n unless it already is one.
func (n *node) adopt(c *node) {
	for i := len(n.kids) - 1; i >= 0; i-- {
		if n.kids[i].node == c {
			return
		}
	}
	n.kids = append(n.kids, kid{node: c})
}

// empty reports whether nothing was drawn for the element or any below it.
func (n *node) empty() bool {
	for _, k := range n.kids {
		if k.node == nil || !k.node.empty() {
			return false
		}
	}
	return true
}

// structure writes the tree. Keys of the parent tree are page indexes for pages, and follow them for annotations.
type structure struct {
	add   func(core.PdfObject) *core.PdfIndirectReference
	pages []*core.PdfIndirectReference
	refs  map[*node]*core.PdfIndirectReference
}

// write gives the StructTreeRoot.
func (s *structure) write(root *node, pages []*page, annots []*annotation) *core.PdfIndirectReference {
	top := dict("Type", name("StructTreeRoot"))
	ref := s.add(top)
	top.Set("K", s.element(root, ref))

	nums := core.NewPdfArray()
	for i, p := range pages {
		owners := core.NewPdfArray()
		for _, owner := range p.owners {
			owners.Add(s.refs[owner])
		}
		nums.Add(core.NewPdfInteger(i))
		nums.Add(s.add(owners))
	}
	for _, a := range annots {
		nums.Add(core.NewPdfInteger(a.key))
		nums.Add(s.refs[a.owner])
	}
	top.Set("ParentTree", s.add(dict("Nums", nums)))
	top.Set("ParentTreeNextKey", core.NewPdfInteger(len(pages)+len(annots)))
	return ref
}

func (s *structure) element(n *node, parent *core.PdfIndirectReference) *core.PdfIndirectReference {
	d := dict("Type", name("StructElem"), "S", name(n.tag), "P", parent)
	ref := s.add(d)
	s.refs[n] = ref
	if n.alt != "" {
		d.Set("Alt", textString(n.alt))
	}
	if attrs := n.attributes(); attrs != nil {
		d.Set("A", attrs)
	}
	home := -1 // the page of the first marked content: its kids there are plain numbers
	for _, k := range n.kids {
		if k.node == nil && k.annot == nil {
			home = k.page
			d.Set("Pg", s.pages[home])
			break
		}
	}
	kids := core.NewPdfArray()
	for _, k := range n.kids {
		switch {
		case k.node != nil:
			if !k.node.empty() || k.node.tag == "TD" || k.node.tag == "TH" { // an empty cell keeps its place in the row
				kids.Add(s.element(k.node, ref))
			}
		case k.annot != nil:
			kids.Add(dict("Type", name("OBJR"), "Pg", s.pages[k.page], "Obj", k.annot.ref))
		case k.page == home:
			kids.Add(core.NewPdfInteger(k.mcid))
		default:
			kids.Add(dict("Type", name("MCR"), "Pg", s.pages[k.page], "MCID", core.NewPdfInteger(k.mcid)))
		}
	}
	switch kids.Len() {
	case 0:
	case 1:
		d.Set("K", kids.At(0))
	default:
		d.Set("K", kids)
	}
	return ref
}

func (n *node) attributes() core.PdfObject {
	switch {
	case n.scope != "":
		return dict("O", name("Table"), "Scope", name(n.scope))
	case n.number != "":
		return dict("O", name("List"), "ListNumbering", name(n.number))
	}
	return nil
}
