/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The style sheet of the public pages. Contrast of text is 7:1 or more, nothing depends on colour alone, and all lengths
 * grow with the reader's font, so that the pages hold at 360 pixels and at 200 %. Print: A4, song type, no navigation. */
#include "report/page_public.h"

struct sv page_public_style(void)
{
	static const char css[] =
		"html{font-size:100%;-webkit-text-size-adjust:100%}\n"
		"body{margin:0;color:#1a1a1a;background:#fff;line-height:1.7;"
		"font-family:\"Noto Sans CJK SC\",\"PingFang SC\",\"Microsoft YaHei\",sans-serif}\n"
		"header,main,footer{max-width:52rem;margin:0 auto;padding:.75rem 1rem}\n"
		"header{border-bottom:.2rem solid #9b1c1c}\n"
		".site{margin:0;font-weight:700;font-size:1.15rem}\n"
		".site a{color:#1a1a1a;text-decoration:none}\n"
		"footer{border-top:1px solid #767676;color:#404040;font-size:.9rem}\n"
		"footer a{margin-right:1rem}\n"
		"a{color:#0b4a91}\n"
		"a:visited{color:#5b2a86}\n"
		"a:focus-visible,input:focus-visible,select:focus-visible,button:focus-visible"
		"{outline:.2rem solid #1a1a1a;outline-offset:.15rem}\n"
		"main:focus{outline:none}\n"
		".skip{position:absolute;left:-100rem}\n"
		".skip:focus{left:1rem;top:.5rem;background:#fff;padding:.5rem 1rem;z-index:1}\n"
		"h1{font-size:1.5rem;line-height:1.4;margin:1rem 0}\n"
		"h2{font-size:1.1rem;line-height:1.5;margin:1rem 0 .25rem}\n"
		"p{margin:.25rem 0 .75rem}\n"
		"p,h1,h2,code{overflow-wrap:anywhere}\n"
		"form{background:#f2f2f2;padding:.75rem 1rem;margin:1rem 0}\n"
		"label{display:block;margin:.25rem 0}\n"
		"input,select,button{font:inherit;min-height:2.75rem;padding:.25rem .75rem;box-sizing:border-box;"
		"max-width:100%;border:1px solid #595959;border-radius:.2rem;background:#fff;color:#1a1a1a}\n"
		"input{width:100%}\n"
		"button{background:#0b4a91;color:#fff;border-color:#0b4a91;margin:.25rem 0 0 .5rem;min-width:6rem}\n"
		"[role=alert]{border-left:.3rem solid #9b1c1c;padding-left:.75rem}\n"
		".decisions{list-style:none;margin:0;padding:0}\n"
		".decisions li{border-bottom:1px solid #b3b3b3;padding:.5rem 0}\n"
		".decisions h2{margin:0}\n"
		".decisions p{margin:0}\n"
		"nav a{display:inline-block;padding:.5rem 1rem .5rem 0;min-height:1.75rem}\n"
		"dl{display:grid;grid-template-columns:minmax(7rem,10rem) 1fr;margin:.5rem 0;border:1px solid #767676;border-bottom:0}\n"
		"dt,dd{margin:0;padding:.4rem .6rem;border-bottom:1px solid #767676;overflow-wrap:anywhere}\n"
		"dt{background:#f2f2f2;font-weight:700}\n"
		"dd p{margin:0}\n"
		".text p{text-indent:2em}\n"
		"code{font-family:\"Noto Sans Mono\",Consolas,monospace;font-size:.9em}\n"
		"@media (max-width:36rem){dl{display:block}dt{border-bottom:0}button{margin-left:0}}\n"
		"@page{size:A4;margin:25mm 20mm 22mm 26mm;@bottom-center{content:counter(page)\"/\"counter(pages)}}\n"
		"@media print{body{font-family:FangSong,\"STFangsong\",SimSun,\"Noto Serif CJK SC\",serif;font-size:12pt;color:#000}"
		"header,form,nav,.skip,footer a{display:none}main,footer{max-width:none;padding:0}"
		"h1{text-align:center;font-size:18pt}a{color:#000;text-decoration:none}dt{background:none}"
		"dt,dd,h2{break-inside:avoid}h2{break-after:avoid}.text p{orphans:2;widows:2}}\n";

	return (struct sv){ css, sizeof(css) - 1 };
}
