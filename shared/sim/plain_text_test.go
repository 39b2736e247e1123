package sim

import "testing"

func TestTheTextOfAPage(t *testing.T) {
	for page, want := range map[string]string{
		"<html><head><style>p{}</style><title>t</title></head><body>\n<p>Een\n " +
			"twee</p>\n<p>drie<br>\nvier</p></body></html>": "Een twee\n\ndrie\nvier\n",
		"<div>a</div><div>b</div><div><br></div><div>c</div>":             "a\nb\n\nc\n",
		"<b>Van:</b> x<br>\n<b>Aan:</b> y":                                "Van: x\nAan: y\n",
		"<p>a</p><hr><p>b</p>":                                            "a\n\n________________________________\n\nb\n",
		"<ul><li>een</li><li>twee</li></ul>na":                            "*  een\n  *  twee\n\nna\n",
		`zie <a href="https://x.example/y">hier</a>, niet daar`:           "zie hier<https://x.example/y>, niet daar\n",
		`<a href="mailto:a@b.example">a@b.example</a> &amp; &lt;c>`:       "a@b.example & <c>\n",
		"<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>": "1 2\n3\n",
	} {
		if got := plainText(page); got != want {
			t.Errorf("%s\ngives %q, want %q", page, got, want)
		}
	}
}
