#!/bin/bash
case a in a) pytest 1 ;& b) pytest 2 ;; c) pytest 3 ;; esac
case "x y" in "x y") pytest q ;; esac
case abc in a?c) pytest r ;; esac
case A in [[:upper:]]) pytest s ;; esac
