package expr

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// A pattern is run over a text step by step in each of its states.
const (
	maxMatched = 1_000 // bytes
	maxStates  = 300
)

// texts are the functions of texts. Positions count characters.
func texts() []entry {
	const group = "Text"
	s, i := cel.StringType, cel.IntType
	e := func(name, signature, meaning, example, result string, declare cel.EnvOption) entry {
		return entry{Function{name, group, signature, meaning, example, result}, declare}
	}
	return []entry{
		e("string", "string(värde) → text", "Ett tal som text, exakt.", `string(12.50) + " kr"`, `"12.5 kr"`, cel.Function("string",
			cel.Overload("string_any", []*cel.Type{cel.DynType}, s), cel.SingletonUnaryBinding(toText))),
		e("contains", "text.contains(del)", "Sant när delen finns i texten.", `"skolskjuts".contains("skjuts")`, `true`, nil),
		e("startsWith", "text.startsWith(början)", "Sant när texten börjar så.", `"Ekköping".startsWith("Ek")`, `true`, nil),
		e("endsWith", "text.endsWith(slut)", "Sant när texten slutar så.", `"Ekköping".endsWith("ing")`, `true`, nil),
		e("matches", "text.matches(mönster)", "Sant när texten följer mönstret (reguljärt uttryck, RE2). Högst 1 000 tecken.", `"123 45".matches("^[0-9]{3} ?[0-9]{2}$")`, `true`,
			method("matches", []*cel.Type{s, s}, cel.BoolType, matches)),
		e("substring", "text.substring(från, till) → text", "En del av texten: från och med det första, till det andra tecknet. Det första tecknet är 0.", `"2026-11-22".substring(0, 4)`, `"2026"`,
			cel.Function("substring", cel.MemberOverload("substring_int", []*cel.Type{s, i}, s), cel.MemberOverload("substring_int_int", []*cel.Type{s, i, i}, s),
				cel.SingletonFunctionBinding(substring))),
		e("charAt", "text.charAt(plats) → text", "Tecknet på platsen.", `"åäö".charAt(1)`, `"ä"`, method("charAt", []*cel.Type{s, i}, s, func(args ...ref.Val) ref.Val {
			at, ok := args[1].(types.Int)
			if !ok {
				return types.NewErr("charAt needs a text and a position")
			}
			return substring(args[0], at, at+1)
		})),
		e("indexOf", "text.indexOf(del) → heltal", "Platsen där delen börjar, -1 när den inte finns.", `"åäö".indexOf("ö")`, `2`, method("indexOf", []*cel.Type{s, s}, i, func(args ...ref.Val) ref.Val {
			text, part, ok := twoTexts(args)
			if !ok {
				return types.NewErr("indexOf needs two texts")
			}
			at := strings.Index(text, part)
			if at > 0 {
				at = utf8.RuneCountInString(text[:at])
			}
			return types.Int(at)
		})),
		e("lower", "text.lower() → text", "Texten med små bokstäver.", `"ÅSA".lower()`, `"åsa"`, letters("lower", strings.ToLower)),
		e("upper", "text.upper() → text", "Texten med stora bokstäver.", `"åsa".upper()`, `"ÅSA"`, letters("upper", strings.ToUpper)),
		e("trim", "text.trim() → text", "Texten utan mellanslag i början och slutet.", `"  a b ".trim()`, `"a b"`, letters("trim", strings.TrimSpace)),
		e("replace", "text.replace(gammalt, nytt) → text", "Byter ut alla förekomster.", `"1-2-3".replace("-", "")`, `"123"`, method("replace", []*cel.Type{s, s, s}, s, replace)),
		e("split", "text.split(tecken) → lista", "Delar texten till en lista.", `"a,b".split(",")`, `["a","b"]`, method("split", []*cel.Type{s, s}, cel.ListType(s), func(args ...ref.Val) ref.Val {
			text, by, ok := twoTexts(args)
			if !ok || strings.Count(text, by) >= MaxItems {
				return types.NewErr("split needs two texts, and gives at most %d parts", MaxItems)
			}
			return types.NewStringList(adapter{}, strings.Split(text, by))
		})),
		e("join", "lista.join(mellan) → text", "Fogar ihop en lista av texter.", `["a", "b"].join(", ")`, `"a, b"`, cel.Function("join",
			cel.MemberOverload("join_list", []*cel.Type{cel.ListType(s)}, s), cel.MemberOverload("join_list_text", []*cel.Type{cel.ListType(s), s}, s),
			cel.SingletonFunctionBinding(join))),
	}
}

func method(name string, args []*cel.Type, result *cel.Type, f func(...ref.Val) ref.Val) cel.EnvOption {
	return cel.Function(name, cel.MemberOverload(name+"_text", args, result), cel.SingletonFunctionBinding(f))
}

func letters(name string, f func(string) string) cel.EnvOption {
	return method(name, []*cel.Type{cel.StringType}, cel.StringType, func(args ...ref.Val) ref.Val {
		s, ok := args[0].(types.String)
		if !ok {
			return types.NewErr("%s needs a text", name)
		}
		return made(f(string(s)))
	})
}

func made(s string) ref.Val {
	if len(s) > MaxText {
		return tooMuchText()
	}
	return types.String(s)
}

func twoTexts(args []ref.Val) (a, b string, ok bool) {
	x, ok := args[0].(types.String)
	y, ok2 := args[1].(types.String)
	return string(x), string(y), ok && ok2
}

func substring(args ...ref.Val) ref.Val {
	text, ok := args[0].(types.String)
	from, ok2 := args[1].(types.Int)
	runes := []rune(string(text))
	to, ok3 := types.Int(len(runes)), true
	if len(args) == 3 {
		to, ok3 = args[2].(types.Int)
	}
	if !ok || !ok2 || !ok3 || from < 0 || to < from || int(to) > len(runes) {
		return types.NewErr("a part that the text does not have")
	}
	return made(string(runes[from:to]))
}

func matches(args ...ref.Val) ref.Val {
	text, pattern, ok := twoTexts(args)
	if !ok || len(text) > maxMatched {
		return types.NewErr("matches needs a text of at most %d characters and a pattern", maxMatched)
	}
	re, err := compilePattern(pattern)
	if err != nil {
		return types.NewErr("%v", err)
	}
	return types.Bool(re.MatchString(text))
}

func compilePattern(pattern string) (*regexp.Regexp, error) {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil, err
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return nil, err
	}
	if len(program.Inst) > maxStates {
		return nil, &syntax.Error{Code: syntax.ErrLarge, Expr: pattern}
	}
	return regexp.Compile(pattern)
}

func replace(args ...ref.Val) ref.Val {
	text, old, ok := twoTexts(args)
	by, ok2 := args[2].(types.String)
	if !ok || !ok2 || len(text) > MaxText || len(text)+strings.Count(text, old)*max(0, len(by)-len(old)) > MaxText {
		return types.NewErr("replace needs three texts, and makes at most %d characters", MaxText)
	}
	return types.String(strings.ReplaceAll(text, old, string(by)))
}

func join(args ...ref.Val) ref.Val {
	list, ok := args[0].(traits.Lister)
	between := types.String("")
	if len(args) == 2 {
		between, _ = args[1].(types.String)
	}
	if !ok {
		return types.NewErr("join needs a list of texts")
	}
	var b strings.Builder
	for it, first := list.Iterator(), true; it.HasNext() == types.True; first = false {
		s, isText := it.Next().(types.String)
		if !isText {
			return types.NewErr("join needs a list of texts")
		}
		if !first {
			b.WriteString(string(between))
		}
		b.WriteString(string(s))
		if b.Len() > MaxText {
			return tooMuchText()
		}
	}
	return types.String(b.String())
}
