/*! Tabler, htmx, idiomorph, Stimulus: licences in licences.txt */
"use strict";(()=>{var e=document.documentElement;function n(a){try{return localStorage.getItem(`compagnon.${a}`)}catch{return null}}var t=n("theme");(t==="light"||t==="dark")&&(e.dataset.bsTheme=t);n("nav")==="narrow"&&(e.dataset.nav="narrow");})();
